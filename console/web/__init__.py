"""The console in a browser: pages the server draws, forms that post and go on, changes that show by themselves."""
