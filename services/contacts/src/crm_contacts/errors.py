"""What can go wrong in this service, beyond the common errors."""

from crm_chassis.errors import DomainError


class LeadConverted(DomainError):
    """The lead was converted; it is read-only now."""

    reason = "LEAD_ALREADY_CONVERTED"
    status = 409


class UnqualifiedNeedsReason(DomainError):
    """A lead becomes unqualified for a reason; say which."""

    reason = "UNQUALIFIED_NEEDS_REASON"
    status = 422


class IllegalStatusChange(DomainError):
    """The lead cannot go from its status to the one asked for."""

    reason = "LEAD_STATUS_NOT_REACHABLE"
    status = 422


class OwnerNeeded(DomainError):
    """The lead has no owner; name one to convert it."""

    reason = "LEAD_NEEDS_OWNER"
    status = 422


class LikelyDuplicates(DomainError):
    """Records that look the same exist; use them, or allow duplicates."""

    reason = "LIKELY_DUPLICATES"
    status = 409


class HierarchyCycle(DomainError):
    """An account cannot be above itself."""

    reason = "ACCOUNT_HIERARCHY_CYCLE"
    status = 422


class RelatedToItself(DomainError):
    """An account is not related to itself; name another one."""

    reason = "ACCOUNT_RELATED_TO_ITSELF"
    status = 422


class SourceAlreadyRecorded(DomainError):
    """An activity with the same source_id was recorded before."""

    reason = "ACTIVITY_ALREADY_RECORDED"
    status = 409


class NoEmailAddress(DomainError):
    """This person has no e-mail address; give one first."""

    reason = "NO_EMAIL_ADDRESS"
    status = 422


class NotTheirEmailAddress(DomainError):
    """The e-mail address is none of this person's."""

    reason = "NOT_THEIR_EMAIL_ADDRESS"
    status = 422


class EmailUnchangeable(DomainError):
    """The e-mail has been written to somebody; what it says stays as it is."""

    reason = "EMAIL_UNCHANGEABLE"
    status = 409


class NothingToMerge(DomainError):
    """A record cannot be merged into itself."""

    reason = "MERGE_INTO_ITSELF"
    status = 422


class MergeTooLarge(DomainError):
    """Together they have more entries than a record may have."""

    reason = "MERGE_TOO_LARGE"
    status = 422


class MergeAlreadyUndone(DomainError):
    """The records were taken apart before."""

    reason = "MERGE_ALREADY_UNDONE"
    status = 409


class LaterMerge(DomainError):
    """One of the records was merged again since; take that apart first."""

    reason = "LATER_MERGE_STANDS"
    status = 409


class MergeErased(DomainError):
    """How the records were before was erased with the person; they cannot be taken apart any more."""

    reason = "MERGE_ERASED"
    status = 409


class DuplicateMerged(DomainError):
    """The two records were made one; there is nothing left to decide."""

    reason = "DUPLICATE_ALREADY_MERGED"
    status = 409
