"""The errors that the program tells apart; anything else is a bug and is parked with its traceback."""


class MailbotError(Exception):
    """Base of the errors that carry a message for a person: what is wrong, where, and what to do."""


class InputError(MailbotError):
    """What was given (a file, an option, a sender's data) cannot be used; the message names it. Exit status 2."""


class TransientError(MailbotError):
    """The world said no for now (network, lock, 4xx); the same step is tried again later."""


class ServerAway(TransientError):
    """A server cannot be reached at all; what was to be done has not been begun."""


class Throttled(TransientError):
    """A server takes no more for a while; to come back soon makes it worse."""


class SetupError(MailbotError):
    """The installation is wrong; the program refuses to start and says what to mend. Exit status 2."""


class Refused(MailbotError):
    """The next mail server refused a message for good (5xx)."""


class OutcomeUnknown(MailbotError):
    """The connection ended after the message was handed over and before the answer: sent or not, nobody knows."""


class NotAllowedAnyMore(MailbotError):
    """What was decided may not leave: who may have it has changed on file since."""


class StaleCase(MailbotError):
    """Somebody else changed the case since it was read."""


class LeaseLost(MailbotError):
    """The claim ran out and another worker took the row; whoever held it must stop and write nothing."""


class Forbidden(MailbotError):
    """The member of staff may not do this; the message says which role may."""


class ProofWanted(Forbidden):
    """The member of staff may do it once they have shown again who they are."""
