"""Ids of Vexutopia's operations and events."""

LIST = "vexutopia.listCustomers"
CREATE = "vexutopia.createCustomer"
RETRIEVE = "vexutopia.retrieveCustomer"
UPDATE = "vexutopia.updateCustomer"
DELETE = "vexutopia.deleteCustomer"
PAY = "vexutopia.createPayment"
LIST_PAYMENTS = "vexutopia.listPayments"
RETRIEVE_PAYMENT = "vexutopia.retrievePayment"

ON_PAYMENT_SUCCEEDED = "vexutopia.onPaymentSucceeded"

EVENTS = (
    "vexutopia.onPaymentCreated",
    ON_PAYMENT_SUCCEEDED,
    "vexutopia.onPaymentFailed",
    "vexutopia.onPaymentRefunded",
    "vexutopia.onCustomerCreated",
    "vexutopia.onCustomerUpdated",
    "vexutopia.onCustomerDeleted",
)
