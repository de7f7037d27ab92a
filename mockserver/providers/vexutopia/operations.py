"""Vexutopia's operations and events, as the contract calls them: what a question left open is about."""

LIST = "vexutopia.listCustomers"
CREATE = "vexutopia.createCustomer"
RETRIEVE = "vexutopia.retrieveCustomer"
UPDATE = "vexutopia.updateCustomer"
DELETE = "vexutopia.deleteCustomer"
PAY = "vexutopia.createPayment"
LIST_PAYMENTS = "vexutopia.listPayments"
RETRIEVE_PAYMENT = "vexutopia.retrievePayment"

ON_PAYMENT_SUCCEEDED = "vexutopia.onPaymentSucceeded"
ON_PAYMENT_FAILED = "vexutopia.onPaymentFailed"
ON_PAYMENT_REFUNDED = "vexutopia.onPaymentRefunded"
ON_CUSTOMER_DELETED = "vexutopia.onCustomerDeleted"

EVENTS = (
    "vexutopia.onPaymentCreated",
    ON_PAYMENT_SUCCEEDED,
    ON_PAYMENT_FAILED,
    ON_PAYMENT_REFUNDED,
    "vexutopia.onCustomerCreated",
    "vexutopia.onCustomerUpdated",
    ON_CUSTOMER_DELETED,
)
