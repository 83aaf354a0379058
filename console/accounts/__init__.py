"""Who signs in: passwords, second factors, sessions and the way in, without a word about web pages.

What an account may is in the log (``workflow.accounts``); what proves that it is them is beside it, so that it can
end. The log is told first of everything that changes, and nothing here counts that the log does not name.
"""
