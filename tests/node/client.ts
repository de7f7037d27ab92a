// A frontend's view of the mock: a client typed by openapi.yaml does at both providers what their documents offer.
//
// Usage: npm run build && MOCK_URL=http://127.0.0.1:4010 npm run client

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const baseUrl = process.env.MOCK_URL;
assert.ok(baseUrl, "set MOCK_URL to the mock's address, such as http://127.0.0.1:4010");

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

await spoonityCustomers(baseUrl);
await spoonityToken(baseUrl);
await vexutopiaCustomersAndPayments(baseUrl);
await vexutopiaErrors(baseUrl);
console.log("The typed client got what the contract promises.");

async function spoonityCustomers(baseUrl: string): Promise<void> {
  const api = createClient<paths>({ baseUrl, headers: { Authorization: "Bearer typed-client" } });

  const byJson = await api.POST("/customers", { body: { name: "Ada Lovelace", email: "ada@example.com" } });
  assert.equal(byJson.response.status, 200);
  const ada = byJson.data!;
  assert.match(ada.id, /^cust_[0-9a-f]{16}$/);
  assert.deepEqual([ada.name, ada.email, ada.status], ["Ada Lovelace", "ada@example.com", "ACTIVE"]);
  assert.equal(ada.date_created, ada.date_updated);

  const byForm = await api.POST("/customers", { headers: FORM, body: { name: "Alan & Co", email: "alan@example.com" } });
  const alan = byForm.data!;
  assert.deepEqual([alan.name, alan.email], ["Alan & Co", "alan@example.com"]);

  const first = await api.GET("/customers", { params: { query: { limit: 1 } } });
  assert.deepEqual(first.data!.items, [alan], "lists start with the newest customer");
  assert.equal(first.data!.prev, null);
  assert.ok(first.data!.next, "at least one more customer follows");
  const second = await api.GET("/customers", { params: { query: { limit: 1, page: 2 } } });
  assert.deepEqual(second.data!.items, [ada]);
  const found = await api.GET("/customers", { params: { query: { query: "n:lovelace", sort: "name", order: "ASC" } } });
  assert.ok(found.data!.items.some((customer) => customer.id === ada.id));

  const path = { id: ada.id };
  assert.deepEqual((await api.GET("/customers/{id}", { params: { path } })).data, ada);

  const updated = await api.PUT("/customers/{id}", { params: { path }, body: { status: "INACTIVE" } });
  assert.deepEqual({ ...updated.data!, date_updated: "" }, { ...ada, status: "INACTIVE", date_updated: "" });

  const wrong = await api.PUT("/customers/{id}", {
    params: { path },
    // @ts-expect-error The canary: if the types were lost, this line would compile and the compiler would complain.
    body: { status: "DELETED" },
  });
  assert.equal(wrong.response.status, 400);
  assert.equal(wrong.error!.internal_code, null);

  const deleted = await api.DELETE("/customers/{id}", { params: { path } });
  assert.deepEqual(deleted.data, {});
  const shell = await api.GET("/customers/{id}", { params: { path } });
  assert.deepEqual([shell.data!.name, shell.data!.email, shell.data!.status], [null, null, "ARCHIVED"]);
  await api.DELETE("/customers/{id}", { params: { path: { id: alan.id } } });

  const stranger = createClient<paths>({ baseUrl });
  const refused = await stranger.GET("/customers");
  assert.equal(refused.response.status, 401);
  assert.deepEqual(refused.error, { internal_code: null, message: "Unauthorized" });
}

async function spoonityToken(baseUrl: string): Promise<void> {
  const api = createClient<paths>({ baseUrl });

  const issued = await api.POST("/oauth/access_token", {
    headers: FORM,
    body: { client_secret: "secret", client_id: "client", grant_type: "authorization_code", code: "code" },
  });
  const { access_token, ...rest } = issued.data!;
  assert.deepEqual(rest, { token_type: "bearer", expires_in: 60 });

  const listed = await api.GET("/customers", { headers: { Authorization: `Bearer ${access_token}` } });
  assert.equal(listed.response.status, 200);
}

async function vexutopiaCustomersAndPayments(baseUrl: string): Promise<void> {
  const api = createClient<paths>({ baseUrl, headers: { Authorization: "Bearer vex_test_your_api_key" } });

  const created = await api.POST("/v1/customers", {
    body: { email: "grace@example.com", name: "Grace Hopper", metadata: { user_id: "67890" } },
  });
  assert.equal(created.response.status, 201);
  const grace = created.data!;
  assert.match(grace.id, /^cus_[a-z0-9]{12}$/);
  assert.deepEqual([grace.object, grace.name, grace.phone], ["customer", "Grace Hopper", null]);

  const path = { id: grace.id };
  assert.deepEqual((await api.GET("/v1/customers/{id}", { params: { path } })).data, grace);

  const patched = await api.PATCH("/v1/customers/{id}", { params: { path }, body: { phone: "+1 555 987 6543" } });
  assert.deepEqual({ ...patched.data!, updated_at: "" }, { ...grace, phone: "+1 555 987 6543", updated_at: "" });

  const listed = await api.GET("/v1/customers", { params: { query: { limit: 100, email: grace.email } } });
  assert.deepEqual([listed.data!.object, listed.data!.limit, listed.data!.offset], ["list", 100, 0]);
  assert.ok(listed.data!.data.some((customer) => customer.id === grace.id));

  const paid = await api.POST("/v1/payments", {
    body: { amount: 2000, currency: "usd", customer_id: grace.id, description: "Order #1234" },
  });
  assert.equal(paid.response.status, 201);
  const payment = paid.data!;
  assert.deepEqual([payment.amount, payment.currency, payment.customer_id], [2000, "usd", grace.id]);
  assert.equal(payment.status, "pending");

  const retrieved = await api.GET("/v1/payments/{id}", { params: { path: { id: payment.id } } });
  assert.equal(retrieved.data!.id, payment.id);

  const gone = await api.DELETE("/v1/customers/{id}", { params: { path } });
  assert.deepEqual(gone.data, { id: grace.id, object: "customer", deleted: true });

  const payments = await api.GET("/v1/payments", { params: { query: { customer_id: grace.id } } });
  assert.deepEqual(payments.data!.data.map(({ id }) => id), [payment.id], "payments outlive their customer");
  assert.deepEqual([payments.data!.total, payments.data!.has_more], [1, false]);
}

async function vexutopiaErrors(baseUrl: string): Promise<void> {
  const api = createClient<paths>({ baseUrl, headers: { Authorization: "Bearer vex_test_your_api_key" } });

  const unknown = await api.GET("/v1/customers/{id}", { params: { path: { id: "cus_nobody" } } });
  assert.equal(unknown.response.status, 404);
  assert.equal(unknown.error!.error.code, "resource_not_found");
  assert.equal(unknown.error!.error.doc_url, "https://vexutopia.com/docs/errors#resource_not_found");

  const nothing = await api.POST("/v1/payments", { body: { amount: 0, currency: "usd" } });
  assert.equal(nothing.response.status, 400);
  assert.deepEqual([nothing.error!.error.code, nothing.error!.error.param], ["invalid_parameter", "amount"]);
}
