"""Ids of Spoonity's operations."""

LIST = "spoonity.listCustomers"
CREATE = "spoonity.createCustomer"
RETRIEVE = "spoonity.retrieveCustomer"
UPDATE = "spoonity.updateCustomer"
DELETE = "spoonity.deleteCustomer"
TOKEN = "spoonity.createAccessToken"
