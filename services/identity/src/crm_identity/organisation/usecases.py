"""What can be done with the organisation."""

from __future__ import annotations

from crm.identity.v1 import organisation_pb2
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction

from crm_identity.organisation.model import Organisation
from crm_identity.organisation.queries import the_organisation


def get_organisation(tx: Transaction, request: organisation_pb2.GetOrganisationRequest) -> Organisation:
    """The organisation."""
    return the_organisation(tx.session)


def update_organisation(tx: Transaction, request: organisation_pb2.UpdateOrganisationRequest) -> Organisation:
    """Changes the fields that the mask names. Raises InvalidInput for empty ones, EtagMismatch."""
    organisation = the_organisation(tx.session, locked=True)
    organisation.check_etag(request.organisation.etag)
    change_organisation(organisation, request.organisation, list(request.update_mask.paths))
    return organisation


def change_organisation(
    organisation: Organisation, message: organisation_pb2.Organisation, mask: list[str] | None
) -> None:
    """Brings the organisation in line with the fields of `message` that `mask` names (all that are set, without one).

    Raises InvalidInput.
    """
    changed = assign(organisation, message, mask)
    if "logo" in changed:
        organisation.take_logo(message.logo)
    organisation.check_complete()


def get_logo(tx: Transaction, request: organisation_pb2.GetLogoRequest) -> organisation_pb2.Logo:
    """The logo; empty if there is none."""
    return organisation_pb2.Logo(logo=the_organisation(tx.session).logo_url)


def put_organisation(tx: Transaction) -> Organisation:
    """Makes the organisation if it is not there."""
    organisation = tx.session.query(Organisation).one_or_none()
    if organisation is not None:
        return organisation
    return tx.add(
        Organisation(
            name="Our organisation",
            currency="EUR",
            fiscal_year_start_month=1,
            time_zone="UTC",
            languages=["en", "de"],
        )
    )
