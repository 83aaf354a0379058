"""The teams of an office: a list from which people choose, so that a mistyped one cannot be."""

from typing import Annotated

from workflow.programme.part import ByOne, DirectoryPart, Slug


class Team(DirectoryPart):
    """Some of an office's people: whoever is in a team sees its cases."""

    id: Slug
    name: Annotated[str, ByOne()]  # nobody is in a team, and sees its cases, but by two officers
