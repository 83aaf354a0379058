"""Every way work in the outside world can fail, sorted by what may be done next.

```
OutsideError               something outside this process did not go as asked
├── Unavailable            nothing happened: try again later
│   └── NotDecided         an erasure has no two people behind it: it waits until somebody has looked into it
├── Refused                they said no: do not retry, show it to a person
│   ├── PostError          the message or its key cannot be sent as it stands
│   ├── RecipientStopped   nothing is sent to them any more, whatever was asked for before
│   ├── AddressMissing     whom they are reached by cannot be opened
│   └── LetterUnsafe       the letter would tell a bystander too much
└── OutcomeUnknown         it may have happened: ask before repeating

DifferentContent           (a FileExistsError) the file is there and holds something else
```

No message of these errors holds a name, an address or what the other side answered, for they end up in logs.
"""


class OutsideError(Exception):
    """Something outside this process did not go as asked."""


class Unavailable(OutsideError):
    """Nothing happened, so the same request may be made again later."""


class NotDecided(Unavailable):
    """Nothing was destroyed: no two people decided it, as far as the case's history tells."""


class Refused(OutsideError):
    """The other side said no, and will say no again: a person has to look."""


class PostError(Refused):
    """The message or its key cannot be sent as it stands, or the key was already used for another message."""


class RecipientStopped(Refused):
    """The directory has stopped whoever the letter is for; it is held until somebody decides."""


class AddressMissing(Refused):
    """The name and the address of whoever the letter is for are sealed, and their key is not there or was erased."""


class LetterUnsafe(Refused):
    """The letter would tell a bystander what it is about, or would not stay one letter."""


class OutcomeUnknown(OutsideError):
    """It may or may not have happened: find out before repeating it."""


class DifferentContent(FileExistsError):
    """The file is already there and holds something else; it was left untouched."""
