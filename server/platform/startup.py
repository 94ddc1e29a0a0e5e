"""What keeps a server or a command from starting, told to the person who started it."""


class CannotStart(Exception):
    """An expected reason not to run; the text is a whole sentence for the person who runs Onsite."""
