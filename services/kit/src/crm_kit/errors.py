"""What can go wrong in every service that has to do with money and customers."""

from crm_chassis.errors import DomainError


class AmountTooLarge(DomainError):
    """The amount is larger than 999999999999.9999."""

    reason = "AMOUNT_TOO_LARGE"
    status = 422


class MentionedCannotRead(DomainError):
    """Somebody who is mentioned may not read comments on the record: they would be told of what they cannot open."""

    reason = "MENTIONED_CANNOT_READ"
    status = 422
