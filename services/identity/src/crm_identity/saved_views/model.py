"""The saved view: how somebody looks at a list."""

from __future__ import annotations

from typing import ClassVar

from crm.identity.v1 import saved_views_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.db.base import Id
from crm_chassis.errors import DomainError, InvalidInput
from crm_chassis.violations import REQUIRED
from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Record
from crm_identity.saved_views import contract

PRIVATE, TEAM, ROLE, EVERYBODY = "PRIVATE", "TEAM", "ROLE", "EVERYBODY"
BOARD, TABLE = "BOARD", "TABLE"


class SavedView(Record):
    """A view on a list, of its owner, and of those with whom it is shared."""

    __tablename__ = "saved_views"
    __table_args__ = (
        Index("saved_views_name", "name", "id"),
        Index("saved_views_owner", "owner_id", "resource"),
        Index("saved_views_team", "team_id", postgresql_where="team_id IS NOT NULL"),
        Index("saved_views_role", "role_id", "resource", postgresql_where="role_id IS NOT NULL"),
        Index("saved_views_everybody", "resource", "name", postgresql_where="visibility = 'EVERYBODY'"),
    )
    message = saved_views_pb2.SavedView
    owner_field: ClassVar[str | None] = "owner_id"

    name: Mapped[str]
    resource: Mapped[str]
    filter: Mapped[str] = mapped_column(String, default="")
    columns: Mapped[list[str]] = mapped_column(default=list)
    order_by: Mapped[str] = mapped_column(String, default="")
    layout: Mapped[str] = mapped_column(String, default=TABLE)
    group_by: Mapped[str] = mapped_column(String, default="")
    visibility: Mapped[str] = mapped_column(String, default=PRIVATE)
    team_id: Mapped[str | None] = mapped_column(Id)
    role_id: Mapped[str | None] = mapped_column(Id)
    default: Mapped[bool] = mapped_column(Boolean, default=False)
    owner_id: Mapped[str] = mapped_column(Id)

    def settle(self) -> None:
        """Fills in what is absent."""
        self.layout = self.layout or TABLE
        self.visibility = self.visibility or PRIVATE

    def check_sharing(self) -> None:
        """Raises InvalidInput unless exactly those are named with whom the view is shared."""
        for name, value, visibility in (("team_id", self.team_id, TEAM), ("role_id", self.role_id, ROLE)):
            if bool(value) != (self.visibility == visibility):
                with_it = f"with the visibility {self.visibility}"
                problem = f"must be absent {with_it}" if value else REQUIRED(f"is required {with_it}")
                raise InvalidInput.of(f"saved_view.{name}", problem)
        if self.default and self.visibility != ROLE:
            raise InvalidInput.of("saved_view.default", f"is for the visibility {ROLE} only")

    def check_contents(self, actor: Actor) -> None:
        """Raises InvalidInput, or PermissionDenied, for what the list of the resource would refuse the actor."""
        resource = contract.listed_resource(self.resource)
        if resource is None:
            raise InvalidInput.of("saved_view.resource", f"there is no list of {self.resource!r}")
        try:
            contract.check_filter(actor, resource, self.filter or "")
            contract.check_columns(actor, resource, self.columns or ())
            contract.check_order(actor, resource, self.order_by or "")
            if self.group_by or self.layout == BOARD:
                contract.check_group(actor, resource, self.group_by or "")
        except DomainError as error:
            errors = {f"saved_view.{name}": problems for name, problems in error.errors.items()}
            raise type(error)(error.detail, errors=errors) from error
