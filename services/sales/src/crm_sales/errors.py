"""What can go wrong in this service, beyond the common errors."""

from crm_chassis.errors import DomainError


class OpportunityAlreadyClosed(DomainError):
    """The opportunity is won or lost already."""

    reason = "OPPORTUNITY_ALREADY_CLOSED"
    status = 409


class OpportunityNotClosed(DomainError):
    """The opportunity is open; there is nothing to open again."""

    reason = "OPPORTUNITY_NOT_CLOSED"
    status = 409


class OpportunityClosed(DomainError):
    """Stage, amount, lines, probability and close date of a closed opportunity stand; reopen it to change them."""

    reason = "OPPORTUNITY_CLOSED"
    status = 422


class LossNeedsReason(DomainError):
    """An opportunity is lost for a reason; use :lose and say which."""

    reason = "LOSS_NEEDS_REASON"
    status = 422


class StageRequirementsMissing(DomainError):
    """Fields must be set before the opportunity may enter the stage; `errors` names them all."""

    reason = "STAGE_REQUIREMENTS_MISSING"
    status = 422


class StageNotInPipeline(DomainError):
    """The stage does not belong to the pipeline of the opportunity."""

    reason = "STAGE_NOT_IN_PIPELINE"
    status = 422


class NeighbourElsewhere(DomainError):
    """An opportunity stands between two of its stage; they have been moved meanwhile, or are not its neighbours."""

    reason = "NEIGHBOUR_ELSEWHERE"
    status = 422


class StageOfOtherType(DomainError):
    """The stage is not one in which opportunities end like that."""

    reason = "STAGE_OF_OTHER_TYPE"
    status = 422


class MixedCurrencies(DomainError):
    """The amount and all lines of an opportunity are in one currency."""

    reason = "OPPORTUNITY_MIXED_CURRENCIES"
    status = 422


class ProductInactive(DomainError):
    """The product is inactive and cannot be added to opportunities."""

    reason = "PRODUCT_INACTIVE"
    status = 422


class PipelineIncomplete(DomainError):
    """A pipeline has at least one open, one won and one lost stage."""

    reason = "PIPELINE_INCOMPLETE"
    status = 422


class DefaultPipelineNeeded(DomainError):
    """Exactly one pipeline is the default; make another one the default first."""

    reason = "DEFAULT_PIPELINE_NEEDED"
    status = 422


class StageReplacementNeeded(DomainError):
    """A removed stage has opportunities; name the stage they move to, of the same type, in stage_replacements."""

    reason = "STAGE_REPLACEMENT_NEEDED"
    status = 422


class StageOccupied(DomainError):
    """The type of a stage cannot change while opportunities are in it."""

    reason = "STAGE_OCCUPIED"
    status = 422


class TooManyToMigrate(DomainError):
    """More opportunities are in the removed stages than can move at once; move some of them first."""

    reason = "STAGE_HAS_TOO_MANY_OPPORTUNITIES"
    status = 422


class TaskAlreadyDone(DomainError):
    """The task is done already."""

    reason = "TASK_ALREADY_DONE"
    status = 409


class TaskCancelled(DomainError):
    """The task was cancelled; open it again first."""

    reason = "TASK_CANCELLED"
    status = 409
