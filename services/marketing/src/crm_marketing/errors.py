"""What can go wrong in this service, beyond the common errors."""

from crm_chassis.errors import DomainError


class SegmentNotStatic(DomainError):
    """Members of a dynamic segment follow from its filter; they are not added or removed by hand."""

    reason = "SEGMENT_NOT_STATIC"
    status = 422


class SegmentNotDynamic(DomainError):
    """A static segment has no filter to evaluate."""

    reason = "SEGMENT_NOT_DYNAMIC"
    status = 422


class SegmentCycle(DomainError):
    """A segment cannot depend on itself, not even through other segments."""

    reason = "SEGMENT_CYCLE"
    status = 422


class SegmentNotReady(DomainError):
    """The segment is being evaluated over all contacts; launch when its rebuilt_at is set."""

    reason = "SEGMENT_NOT_READY"
    status = 409


class SegmentBehind(DomainError):
    """The segment does not know of all that has happened; launch again in a few seconds, or ignore the lag."""

    reason = "SEGMENT_BEHIND"
    status = 409


class CampaignAlreadyLaunched(DomainError):
    """The campaign was launched before; its audience is fixed."""

    reason = "CAMPAIGN_ALREADY_LAUNCHED"
    status = 409


class CampaignIncomplete(DomainError):
    """The campaign lacks something it needs to be launched; `errors` names the fields."""

    reason = "CAMPAIGN_INCOMPLETE"
    status = 422


class CampaignNotSending(DomainError):
    """Only a campaign that is sending can be paused."""

    reason = "CAMPAIGN_NOT_SENDING"
    status = 409


class CampaignNotPaused(DomainError):
    """Only a paused campaign can go on."""

    reason = "CAMPAIGN_NOT_PAUSED"
    status = 409


class CampaignSending(DomainError):
    """The campaign is sending; pause it before you delete it."""

    reason = "CAMPAIGN_SENDING"
    status = 409


class CampaignHierarchyCycle(DomainError):
    """A campaign cannot be above itself."""

    reason = "CAMPAIGN_HIERARCHY_CYCLE"
    status = 422


class AlreadyMember(DomainError):
    """The contact is a member of the campaign already."""

    reason = "CAMPAIGN_MEMBER_EXISTS"
    status = 409


class AlreadyOptedOut(DomainError):
    """The same opt-out is in force already."""

    reason = "OPT_OUT_EXISTS"
    status = 409
