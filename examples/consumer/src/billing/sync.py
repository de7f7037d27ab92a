"""Sync the customers at Vexutopia with the members at Spoonity."""

from dataclasses import dataclass

from billing.loyalty import Loyalty
from billing.payments import Payments


@dataclass
class Changes:
    """Numbers of created, renamed and deleted customers."""

    created: int = 0
    renamed: int = 0
    deleted: int = 0

    def __str__(self) -> str:
        return f"{self.created} created, {self.renamed} renamed, {self.deleted} deleted"


def sync(loyalty: Loyalty, payments: Payments) -> Changes:
    """Create, rename and delete customers until they match the members."""
    changes = Changes()
    ours = (each for each in payments.customers() if "member" in (each.get("metadata") or {}))
    customers = {each["metadata"]["member"]: each for each in ours}
    for member in loyalty.members():
        if member.email is None:
            continue
        customer = customers.pop(member.id, None)
        if customer is None:
            payments.create_customer(member.email, member.name, member.id)
            changes.created += 1
        elif customer.get("name") != member.name:
            payments.rename_customer(customer["id"], member.name)
            changes.renamed += 1
    for gone in customers.values():
        payments.delete_customer(gone["id"])
        changes.deleted += 1
    return changes
