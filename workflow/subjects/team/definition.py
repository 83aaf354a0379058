"""The teams of an office: a list from which people choose, so that a mistyped one cannot be."""

from workflow.programme.part import DirectoryPart, Slug


class Team(DirectoryPart):
    """Some of an office's people: whoever is in a team sees its cases."""

    id: Slug
    name: str
