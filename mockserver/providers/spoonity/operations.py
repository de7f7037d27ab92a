"""The operations of Spoonity's customer API, as the contract calls them: what a question left open is about."""

LIST = "spoonity.listCustomers"
CREATE = "spoonity.createCustomer"
RETRIEVE = "spoonity.retrieveCustomer"
UPDATE = "spoonity.updateCustomer"
DELETE = "spoonity.deleteCustomer"
TOKEN = "spoonity.createAccessToken"
