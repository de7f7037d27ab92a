"""Why mutants of Vexutopia's code may survive."""

from tests.mutation.explanation import Explanation

EXPLANATIONS = (
    Explanation(
        "unchecked",
        "vexutopia.events.types",
        "Customers, payments or their settlement are not announced, or under another type; only a receiver of webhooks sees events.",
        r"""
            vexutopia/customers.py new_customer: `announce(sandbox, 'customer.created', customer)` → `pass`
            vexutopia/customers.py new_customer: `announce(sandbox, 'customer.created', customer)` → `announce(sandbox, 'customer.createdX', customer)`
            vexutopia/customers.py update_customer: `announce(sandbox, 'customer.updated', changed)` → `pass`
            vexutopia/customers.py update_customer: `announce(sandbox, 'customer.updated', changed)` → `announce(sandbox, 'customer.updatedX', changed)`
            vexutopia/customers.py erase_customer: `announce(sandbox, 'customer.deleted', customer)` → `pass`
            vexutopia/customers.py erase_customer: `announce(sandbox, 'customer.deleted', customer)` → `announce(sandbox, 'customer.deletedX', customer)`
        """,
        tested_by="tests/providers/vexutopia/test_events.py::test_each_change_of_a_customer_is_announced_with_the_customer_as_it_is_then",
    ),
    Explanation(
        "unchecked",
        "vexutopia.events.types",
        "Payments are not announced, or under another type; only a receiver of webhooks sees events.",
        r"""
            vexutopia/payments.py new_payment: `announce(sandbox, 'payment.created', payment)` → `pass`
            vexutopia/payments.py new_payment: `announce(sandbox, 'payment.created', payment)` → `announce(sandbox, 'payment.createdX', payment)`
            vexutopia/payments.py settle_payment: `announce(sandbox, 'payment.succeeded', settled, dict(task.assumed))` → `pass`
            vexutopia/payments.py settle_payment: `announce(sandbox, 'payment.succeeded', settled, dict(task.assumed))` → `announce(sandbox, 'payment.succeededX', settled, dict(task.assumed))`
        """,
        tested_by="tests/providers/vexutopia/test_events.py::test_a_payment_is_announced_when_it_is_created_and_when_it_settles",
    ),
    Explanation(
        "unchecked",
        "vexutopia.events.object",
        "An event lacks a part or is not sent at all; only a receiver of webhooks sees events.",
        r"""
            vexutopia/dialect.py announce: `{'id': identity, 'object': 'event',…` → `{'object': 'event',…`
            vexutopia/dialect.py announce: `…id': identity, 'object': 'event', 'type': event_type, '…` → `…id': identity, 'type': event_type, '…`
            vexutopia/dialect.py announce: `…: 'event', 'type': event_type, 'created_at': iso_seconds(sandbox.…` → `…: 'event', 'created_at': iso_seconds(sandbox.…`
            vexutopia/dialect.py announce: `…type': event_type, 'created_at': iso_seconds(sandbox.now), 'data': {'object'…` → `…type': event_type, 'data': {'object'…`
            vexutopia/dialect.py announce: `…: iso_seconds(sandbox.now), 'data': {'object': render(chooser, record)}}` → `…: iso_seconds(sandbox.now)}`
            vexutopia/dialect.py announce: `'event'` → `'eventX'`
            vexutopia/dialect.py announce: `{'object': render(chooser, record)}` → `{}`
            vexutopia/dialect.py announce: `sandbox.announce(Event(identity, event_type, sandbox.now, body, chooser.assumed, 'vexutopia', record.id, sandbox.journal.number))` → `pass`
        """,
        tested_by="tests/providers/vexutopia/test_events.py::test_an_event_holds_the_whole_object_in_the_documents_form",
    ),
    Explanation(
        "ours",
        "",
        "Only what is said of an event beside its body changes: on which choices it rests, and whose it is.",
        r"""
            vexutopia/dialect.py announce: `chooser = ChoiceReader(choices=sandbox.state.choices, assumed=dict(assumed or {}))` → `chooser = ChoiceReader(choices=sandbox.state.choices)`
            vexutopia/dialect.py announce: `chooser = ChoiceReader(choices=sandbox.state.choices, assumed=dict(assumed or {}))` → `chooser = ChoiceReader(choices=sandbox.state.choices, assumed=dict({}))`
            vexutopia/dialect.py announce: `'vexutopia'` → `'vexutopiaX'`
        """,
        tested_by="tests/providers/vexutopia/test_assumptions.py::test_settlement_is_noted_on_the_task_and_on_its_event_not_on_replies",
    ),
    Explanation(
        "ours",
        "",
        "A reply is said to lean on a choice where every choice would give the same.",
        r"""
            vexutopia/customers.py list_customers: `len(exact) != len(found) and call.assume(EMAIL_FILTER) == 'exact'` → `call.assume(EMAIL_FILTER) == 'exact'`
            vexutopia/customers.py _metadata: `merged != sent and call.assume(METADATA_UPDATE) == 'replaced'` → `call.assume(METADATA_UPDATE) == 'replaced'`
            vexutopia/dialect.py page_of: `_is_same_either_way(start, limit, len(ids)) or call.assume(LIST_ORDER) == 'newest-first'` → `call.assume(LIST_ORDER) == 'newest-first'`
            vexutopia/records.py _seen: `not (concerns(sandbox.records(test)) or concerns(sandbox.records(live)))` → `True`
            vexutopia/records.py _seen: `not (concerns(sandbox.records(test)) or concerns(sandbox.records(live)))` → `False`
            vexutopia/records.py _seen: `not (concerns(sandbox.records(test)) or concerns(sandbox.records(live)))` → `not concerns(sandbox.records(live))`
            vexutopia/records.py _seen: `not (concerns(sandbox.records(test)) or concerns(sandbox.records(live)))` → `not concerns(sandbox.records(test))`
        """,
        tested_by="tests/providers/vexutopia/test_assumptions.py::test_a_reply_names_exactly_the_choices_that_matter",
    ),
    Explanation(
        "unchecked",
        "vexutopia.webhooks.signature",
        "Nothing is known of how events are signed and sent.",
        r"""
            vexutopia/__init__.py module: `…tuple(dialect.ERROR_CODES), webhooks=WEBHOOKS, task_handlers={'vexutopia.settle'…` → `…tuple(dialect.ERROR_CODES), task_handlers={'vexutopia.settle'…`
        """,
        tested_by="tests/http/test_delivery.py::test_signature_has_the_time_of_its_attempt",
    ),
    Explanation(
        "decision",
        "vexutopia.unchanged-update",
        "An update that changes nothing moves updated_at and is announced.",
        r"""
            vexutopia/customers.py update_customer: `_content(changed) == _content(customer)` → `False`
        """,
        tested_by="tests/providers/vexutopia/test_customers.py::test_an_update_that_changes_nothing_leaves_no_trace",
    ),
    Explanation(
        "decision",
        "vexutopia.metadata-nulls",
        "A key that is null in an update is not removed, or null goes for keys that were there from the start.",
        r"""
            vexutopia/customers.py _metadata: `{key: value for key, value in (before | sent).items() if key not in sent or value is not None}` → `{key: value for key, value in (before | sent).items() if True}`
            vexutopia/customers.py _metadata: `{key: value for key, value in (before | sent).items() if key not in sent or value is not None}` → `{key: value for key, value in (before | sent).items() if value is not None}`
        """,
        tested_by="tests/providers/vexutopia/test_customers.py::test_an_update_merges_metadata_key_by_key",
    ),
    Explanation(
        "decision",
        "vexutopia.sameness",
        "The order of keys counts, or no metadata differ from empty ones, when an update is compared with what is there.",
        r"""
            vexutopia/customers.py _content: `return json.encode(replace(customer, metadata=customer.metadata or {}), order='sorted')` → `return json.encode(replace(customer, metadata=customer.metadata or {}))`
            vexutopia/customers.py _content: `return json.encode(replace(customer, metadata=customer.metadata or {}), order='sorted')` → `return json.encode(replace(customer), order='sorted')`
            vexutopia/customers.py _content: `return json.encode(replace(customer, metadata=customer.metadata or {}), order='sorted')` → `return json.encode(replace(customer, metadata=customer.metadata), order='sorted')`
        """,
        tested_by="tests/providers/vexutopia/test_customers.py::test_metadata_in_another_order_are_the_same",
    ),
    Explanation(
        "decision",
        "vexutopia.key-form",
        "A prefix with nothing behind it is a key.",
        r"""
            vexutopia/dialect.py authenticate: `not key.startswith((TEST_PREFIX, LIVE_PREFIX)) or key in (TEST_PREFIX, LIVE_PREFIX)` → `not key.startswith((TEST_PREFIX, LIVE_PREFIX))`
            vexutopia/dialect.py authenticate: `not key.startswith((TEST_PREFIX, LIVE_PREFIX)) or key in (TEST_PREFIX, LIVE_PREFIX)` → `not key.startswith((TEST_PREFIX, LIVE_PREFIX)) or key in (LIVE_PREFIX,)`
            vexutopia/dialect.py authenticate: `not key.startswith((TEST_PREFIX, LIVE_PREFIX)) or key in (TEST_PREFIX, LIVE_PREFIX)` → `not key.startswith((TEST_PREFIX, LIVE_PREFIX)) or key in (TEST_PREFIX,)`
        """,
        tested_by="tests/providers/vexutopia/test_errors.py::test_a_key_of_another_form",
    ),
    Explanation(
        "assumption",
        "vexutopia.unknown-key",
        "Where only issued keys are accepted, the documents' own or the issued live key is not; the observer tries a stranger's.",
        r"""
            vexutopia/dialect.py module: `DOCUMENTED_KEY = 'vex_test_your_api_key'` → `DOCUMENTED_KEY = 'vex_test_your_api_keyX'`
            vexutopia/dialect.py authenticate: `issued = key == DOCUMENTED_KEY or key in (sandbox.keys['vexutopia'], sandbox.keys['vexutopia_live'])` → `issued = key in (sandbox.keys['vexutopia'], sandbox.keys['vexutopia_live'])`
            vexutopia/dialect.py authenticate: `issued = key == DOCUMENTED_KEY or key in (sandbox.keys['vexutopia'], sandbox.keys['vexutopia_live'])` → `issued = key == DOCUMENTED_KEY or key in (sandbox.keys['vexutopia'],)`
        """,
        tested_by="tests/providers/vexutopia/test_assumptions.py::test_an_issued_key_is_accepted_where_strangers_are_rejected",
    ),
    Explanation(
        "decision",
        "vexutopia.unknown-fields",
        "Fields and parameters that are not documented are refused.",
        r"""
            vexutopia/dialect.py refuse: `violation.rule != 'undeclared' and (not _is_tolerated(call, violation))` → `not _is_tolerated(call, violation)`
        """,
        tested_by="tests/providers/vexutopia/test_customers.py::test_fields_that_cannot_be_written_or_are_unknown_are_ignored",
    ),
    Explanation(
        "decision",
        "vexutopia.large-numbers",
        "A number beyond 64 bits for offset is tolerated where a large limit is.",
        r"""
            vexutopia/dialect.py _is_tolerated: `Violation(place='query', name='limit', rule='maximum')` → `Violation(place='query', rule='maximum')`
        """,
        tested_by="tests/providers/vexutopia/test_lists.py::test_a_bad_limit_or_offset_is_refused",
    ),
    Explanation(
        "equivalent",
        "",
        "No other place has a limit with a maximum, and no other field an address with a form.",
        r"""
            vexutopia/dialect.py _is_tolerated: `Violation(place='query', name='limit', rule='maximum')` → `Violation(name='limit', rule='maximum')`
            vexutopia/dialect.py _is_tolerated: `Violation(place='body', name='email', rule='pattern')` → `Violation(name='email', rule='pattern')`
        """,
    ),
    Explanation(
        "decision",
        "vexutopia.required-email",
        "Where the form of an address is not checked, an empty one is taken.",
        r"""
            vexutopia/dialect.py _is_tolerated: `return bool(call.fields['email']) and call.assume(EMAIL_SYNTAX) == 'unchecked'` → `return call.assume(EMAIL_SYNTAX) == 'unchecked'`
        """,
        tested_by="tests/providers/vexutopia/test_assumptions.py::test_an_empty_email_is_refused_even_where_syntax_is_unchecked",
    ),
    Explanation(
        "decision",
        "vexutopia.error-messages",
        "The message says something else; status, code and parameter stay.",
        r"""
            vexutopia/customers.py _find: `raise NotFound('customer', customer_id)` → `raise NotFound('customerX', customer_id)`
            vexutopia/dialect.py _problem: `return Unreadable('the body is not a JSON object' if violation.rule == 'type' else violation.detail)` → `return Unreadable('the body is not a JSON object' if True else violation.detail)`
            vexutopia/dialect.py _problem: `return Unreadable('the body is not a JSON object' if violation.rule == 'type' else violation.detail)` → `return Unreadable('the body is not a JSON object' if False else violation.detail)`
            vexutopia/dialect.py _problem: `return InvalidField(violation.name, detail='is invalid')` → `return InvalidField(violation.name)`
            vexutopia/dialect.py _words: `return (400, 'invalid_parameter', f'The {name} field {detail}', name)` → `return (400, 'invalid_parameter', f'The X{name} field {detail}', name)`
            vexutopia/dialect.py _words: `return (400, 'invalid_parameter', f'The {name} field {detail}', name)` → `return (400, 'invalid_parameter', f'The {name} field X{detail}', name)`
            vexutopia/dialect.py _words: `return (404, 'resource_not_found', f'No such {kind}: {record_id}', None)` → `return (404, 'resource_not_found', f'No such X{kind}: {record_id}', None)`
            vexutopia/dialect.py _words: `return (404, 'resource_not_found', f'No such {kind}: {record_id}', None)` → `return (404, 'resource_not_found', f'No such {kind}: X{record_id}', None)`
            vexutopia/dialect.py _words: `return (405, 'invalid_request', f'{call.request.method} is not allowed here', None)` → `return (405, 'invalid_request', f'{call.request.method} is not allowed hereX', None)`
            vexutopia/dialect.py _words: `(404, 'resource_not_found', f'No such route: {call.request.method} {call.request.path}', None)` → `(404, 'resource_not_found', f'No such route: X{call.request.method} {call.request.path}', None)`
            vexutopia/dialect.py _words: `(404, 'resource_not_found', f'No such route: {call.request.method} {call.request.path}', None)` → `(404, 'resource_not_found', f'No such route: {call.request.method} X{call.request.path}', None)`
            vexutopia/payments.py retrieve_payment: `raise NotFound('payment', call.path['id'])` → `raise NotFound('paymentX', call.path['id'])`
            vexutopia/payments.py _check_customer: `raise NotFound('customer', customer_id)` → `raise NotFound('customerX', customer_id)`
            vexutopia/payments.py _check_customer: `raise InvalidField('customer_id', detail='does not name a customer')` → `raise InvalidField('customer_id')`
        """,
    ),
    Explanation(
        "assumption",
        "vexutopia.wrong-method",
        "The header Allow is missing or there without need, or the code of the 405 is another; the observer looks at the status.",
        r"""
            vexutopia/dialect.py _words: `return (405, 'invalid_request', f'{call.request.method} is not allowed here', None)` → `return (405, 'invalid_requestX', f'{call.request.method} is not allowed here', None)`
        """,
        tested_by="tests/providers/vexutopia/test_assumptions.py::test_method_not_allowed_names_the_methods_that_are",
    ),
    Explanation(
        "decision",
        "vexutopia.unknown-routes",
        "A path that the pages do not have has another code or is a failure of the mock.",
        r"""
            vexutopia/dialect.py _words: `UnknownPath() | WrongMethod()` → `WrongMethod()`
            vexutopia/dialect.py _words: `(404, 'resource_not_found', f'No such route: {call.request.method} {call.request.path}', None)` → `(404, 'resource_not_foundX', f'No such route: {call.request.method} {call.request.path}', None)`
        """,
        tested_by="tests/providers/vexutopia/test_errors.py::test_an_unknown_path",
    ),
    Explanation(
        "decision",
        "vexutopia.transport-errors",
        "A request beyond the mock's limits, or a full sandbox, has another status or code.",
        r"""
            vexutopia/dialect.py _transport_words: `case MockRefusal(status=status, detail=detail)` → `case MockRefusal(status=status, detail=detail) if False`
            vexutopia/dialect.py _transport_words: `return (status, 'invalid_request', detail, None)` → `return (status, 'invalid_requestX', detail, None)`
        """,
        tested_by="tests/providers/vexutopia/test_errors.py::test_a_request_that_is_too_large",
    ),
    Explanation(
        "decision",
        "vexutopia.transport-errors",
        "A full sandbox has another status or code.",
        r"""
            vexutopia/dialect.py _transport_words: `case Unavailable(detail=detail)` → `case Unavailable(detail=detail) if False`
            vexutopia/dialect.py _transport_words: `return (503, 'internal_error', detail, None)` → `return (504, 'internal_error', detail, None)`
            vexutopia/dialect.py _transport_words: `return (503, 'internal_error', detail, None)` → `return (503, 'internal_errorX', detail, None)`
        """,
        tested_by="tests/providers/vexutopia/test_errors.py::test_a_sandbox_that_is_full",
    ),
    Explanation(
        "unchecked",
        "vexutopia.errors.server-error",
        "A failure of the mock has another status or code; no request can make it fail.",
        r"""
            vexutopia/dialect.py _transport_words: `case InternalError()` → `case InternalError() if False`
            vexutopia/dialect.py _transport_words: `return (500, 'internal_error', 'An unexpected error occurred', None)` → `return (501, 'internal_error', 'An unexpected error occurred', None)`
            vexutopia/dialect.py _transport_words: `return (500, 'internal_error', 'An unexpected error occurred', None)` → `return (500, 'internal_errorX', 'An unexpected error occurred', None)`
        """,
        tested_by="tests/providers/vexutopia/test_errors.py::test_a_failure_of_the_mock_itself",
    ),
    Explanation(
        "ours",
        "",
        "Records that look the same under every choice are written as JSON once, the others each time: the same text at less cost.",
        r"""
            vexutopia/dialect.py render_page: `[record.encoded or render(call, record) for record in page.records]` → `[render(call, record) for record in page.records]`
            vexutopia/records.py Customer.is_whole: `return self.name is not None and self.phone is not None and (self.metadata is not None)` → `return False`
            vexutopia/records.py _Record.is_whole: `raise NotImplementedError` → `pass`
            vexutopia/records.py _Record.encoded: `return Raw(json.encode(self)) if self.is_whole else None` → `return Raw(json.encode(self)) if False else None`
            vexutopia/records.py Payment.is_whole: `return self.metadata is not None` → `return False`
            vexutopia/records.py render: `record.is_whole` → `False`
        """,
    ),
    Explanation(
        "assumption",
        "vexutopia.unset-fields",
        "A customer of whom some fields were never set is shown as one who has them all; the observer's customer has none.",
        r"""
            vexutopia/records.py Customer.is_whole: `return self.name is not None and self.phone is not None and (self.metadata is not None)` → `return self.phone is not None and self.metadata is not None`
            vexutopia/records.py Customer.is_whole: `return self.name is not None and self.phone is not None and (self.metadata is not None)` → `return self.name is not None and self.metadata is not None`
            vexutopia/records.py Customer.is_whole: `return self.name is not None and self.phone is not None and (self.metadata is not None)` → `return self.name is not None and self.phone is not None`
        """,
        tested_by="tests/providers/vexutopia/test_customers.py::test_null_in_an_update_clears_a_field",
    ),
    Explanation(
        "decision",
        "vexutopia.payment-provider",
        "Another provider is chosen where none is named.",
        r"""
            vexutopia/payments.py module: `DEFAULT_PROCESSOR = 'stripe'` → `DEFAULT_PROCESSOR = 'stripeX'`
        """,
        tested_by="tests/providers/vexutopia/test_payments.py::test_a_payment_without_options_has_them_unset",
    ),
    Explanation(
        "assumption",
        "vexutopia.payment-settlement",
        "A payment settles a millisecond later; the observer looks once a second.",
        r"""
            vexutopia/payments.py module: `SETTLEMENT_DELAY_MS = {'after-five-seconds': 5000, 'at-once': 0}` → `SETTLEMENT_DELAY_MS = {'after-five-seconds': 5001, 'at-once': 0}`
            vexutopia/payments.py module: `SETTLEMENT_DELAY_MS = {'after-five-seconds': 5000, 'at-once': 0}` → `SETTLEMENT_DELAY_MS = {'after-five-seconds': 5000, 'at-once': 1}`
        """,
        tested_by="tests/providers/vexutopia/test_assumptions.py::test_a_payment_settles_when_the_choice_says",
    ),
    Explanation(
        "decision",
        "vexutopia.payments-list-parameters",
        "The list of payments cannot be filtered by customer.",
        r"""
            vexutopia/payments.py list_payments: `wanted = call.query.get('customer_id')` → `wanted = call.query.get('customer_idX')`
            vexutopia/payments.py _matching: `return payments.all() if customer_id is None else payments.ids_where('customer_id', customer_id)` → `return payments.all() if True else payments.ids_where('customer_id', customer_id)`
            vexutopia/payments.py _matching: `return payments.all() if customer_id is None else payments.ids_where('customer_id', customer_id)` → `return payments.all() if customer_id is None else payments.ids_where('customer_idX', customer_id)`
            vexutopia/records.py module: `…', render=_render_by_default, ids='vexutopia.payments', indexes={'customer_id': …` → `…', render=_render_by_default, indexes={'customer_id': …`
            vexutopia/records.py module: `… ids='vexutopia.payments', indexes={'customer_id': lambda payment: payment.customer_id})` → `… ids='vexutopia.payments')`
            vexutopia/records.py module: `indexes={'customer_id': lambda payment: payment.customer_id}` → `indexes={}`
        """,
        tested_by="tests/providers/vexutopia/test_lists.py::test_payments_are_listed_by_customer_deleted_ones_included",
    ),
    Explanation(
        "decision",
        "vexutopia.currency",
        "A currency is shown as it was sent; the checks send lower case, as the page does.",
        r"""
            vexutopia/payments.py new_payment: `currency=fields['currency'].lower()` → `currency=fields['currency']`
        """,
        tested_by="tests/providers/vexutopia/test_payments.py::test_currencies_are_three_letters_shown_in_lower_case",
    ),
    Explanation(
        "decision",
        "vexutopia.initial-payment-status",
        "Settling does not move updated_at, or settles what is no longer pending.",
        r"""
            vexutopia/payments.py settle_payment: `settled = replace(payment, status='succeeded', updated_at=iso_seconds(sandbox.now))` → `settled = replace(payment, status='succeeded')`
        """,
        tested_by="tests/providers/vexutopia/test_payments.py::test_a_settled_payment_differs_in_status_and_time_of_update_alone",
    ),
    Explanation(
        "decision",
        "vexutopia.initial-payment-status",
        "A task for a payment that is settled already, or not there any more, does something; only a fixture can have one.",
        r"""
            vexutopia/payments.py settle_payment: `payment is not None and payment.status == 'pending'` → `True`
            vexutopia/payments.py settle_payment: `payment is not None and payment.status == 'pending'` → `payment.status == 'pending'`
            vexutopia/payments.py settle_payment: `payment is not None and payment.status == 'pending'` → `payment is not None`
        """,
        tested_by="tests/providers/vexutopia/test_payments.py::test_due_work_settles_a_payment_that_is_pending_and_no_other",
    ),
    Explanation(
        "unchecked",
        "vexutopia.auth.live-key",
        "Keys that begin with the documented prefix are not known as live keys, but those that the mock issues are.",
        r"""
            vexutopia/records.py module: `LIVE_PREFIX = 'vex_live_'` → `LIVE_PREFIX = 'vex_live_X'`
        """,
        tested_by="tests/providers/vexutopia/test_errors.py::test_a_key_with_a_known_prefix_is_accepted",
    ),
    Explanation(
        "decision",
        "vexutopia.provider-payment-id",
        "Ids of payments at their providers have another form or come from another series.",
        r"""
            vexutopia/records.py module: `PROCESSOR_IDS = 'vexutopia.provider-payments'` → `PROCESSOR_IDS = 'vexutopia.provider-paymentsX'`
            vexutopia/records.py module: `PROCESSOR_FORM = IdForm('pi_', ALPHANUMERIC, 6)` → `PROCESSOR_FORM = IdForm('pi_', ALPHANUMERIC, 7)`
        """,
        tested_by="tests/providers/vexutopia/test_payments.py::test_ids_have_the_documented_form_and_do_not_repeat",
    ),
    Explanation(
        "decision",
        "vexutopia.unset-payment-fields",
        "What was never set of a payment looks otherwise; the pages show payments that have everything.",
        r"""
            vexutopia/records.py Payment.is_whole: `return self.metadata is not None` → `return True`
            vexutopia/records.py render: `value is not None or name in ('description', 'customer_id')` → `value is not None`
            vexutopia/records.py render: `value is not None or name in ('description', 'customer_id')` → `value is not None or name in ('customer_id',)`
            vexutopia/records.py render: `value is not None or name in ('description', 'customer_id')` → `value is not None or name in ('description',)`
        """,
        tested_by="tests/providers/vexutopia/test_payments.py::test_a_payment_without_options_has_them_unset",
    ),
    Explanation(
        "ours",
        "",
        "Ids of test and live records come from two series, or from one of another name: of the documented form either way.",
        r"""
            vexutopia/records.py module: `…', render=_render_by_default, ids='vexutopia.customers', indexes={'email': …` → `…', render=_render_by_default, indexes={'email': …`
            vexutopia/records.py module: `ids='vexutopia.customers'` → `ids='vexutopia.customersX'`
            vexutopia/records.py module: `ids='vexutopia.payments'` → `ids='vexutopia.paymentsX'`
        """,
    ),
    Explanation(
        "ours",
        "",
        "The name of a collection, which state documents show.",
        r"""
            vexutopia/records.py module: `LIVE_PAYMENTS = replace(PAYMENTS, name='vexutopia.live.payments')` → `LIVE_PAYMENTS = replace(PAYMENTS, name='vexutopia.live.paymentsX')`
        """,
    ),
    Explanation(
        "assumption",
        "vexutopia.test-and-live-data",
        "Live keys see test data or the other way round; a run has one key, and a live one is not tried: see the unobservable assumptions.",
        r"""
            vexutopia/records.py _seen: `not (call.request.bearer or '').startswith(LIVE_PREFIX)` → `True`
            vexutopia/records.py _seen: `not (call.request.bearer or '').startswith(LIVE_PREFIX)` → `False`
            vexutopia/records.py _seen: `not (call.request.bearer or '').startswith(LIVE_PREFIX)` → `not ''.startswith(LIVE_PREFIX)`
            vexutopia/records.py _seen: `return live if call.assume(TEST_AND_LIVE_DATA) == 'separate' else test` → `return live if True else test`
            vexutopia/records.py _seen: `return live if call.assume(TEST_AND_LIVE_DATA) == 'separate' else test` → `return live if False else test`
        """,
        tested_by="tests/providers/vexutopia/test_accounts.py::test_neither_kind_of_key_sees_what_the_other_created",
    ),
    Explanation(
        "decision",
        "vexutopia.currency",
        "A currency that is no three letters is a failure of the mock instead of a wrong value.",
        r"""
            vexutopia/dialect.py _is_tolerated: `Violation(place='body', name='email', rule='pattern')` → `Violation(place='body', rule='pattern')`
        """,
        tested_by="tests/providers/vexutopia/test_payments.py::test_another_currency_is_refused",
    ),
    Explanation(
        "unchecked",
        "vexutopia.events.id-form",
        "Ids of events have another form; only a receiver of webhooks sees events.",
        r"""
            vexutopia/records.py module: `EVENT_FORM = IdForm('evt_', DIGITS, 10)` → `EVENT_FORM = IdForm('evt_X', DIGITS, 10)`
            vexutopia/records.py module: `EVENT_FORM = IdForm('evt_', DIGITS, 10)` → `EVENT_FORM = IdForm('evt_', DIGITS, 11)`
        """,
        tested_by="tests/providers/vexutopia/test_events.py::test_an_event_holds_the_whole_object_in_the_documents_form",
    ),
    Explanation(
        "ours",
        "",
        "Ids of events come from a series of another name: other ids of the same form.",
        r"""
            vexutopia/dialect.py announce: `identity = sandbox.next_in('vexutopia.events', EVENT_FORM)` → `identity = sandbox.next_in('vexutopia.eventsX', EVENT_FORM)`
        """,
    ),
    Explanation(
        "equivalent",
        "",
        "Nobody comes this far without a key.",
        r"""
            vexutopia/records.py _seen: `not (call.request.bearer or '').startswith(LIVE_PREFIX)` → `not call.request.bearer.startswith(LIVE_PREFIX)`
            vexutopia/records.py _seen: `not (call.request.bearer or '').startswith(LIVE_PREFIX)` → `not (call.request.bearer or 'X').startswith(LIVE_PREFIX)`
        """,
    ),
)
