"""Why mutants of Spoonity's code may survive."""

from tests.mutation.explanation import Explanation

EXPLANATIONS = (
    Explanation(
        "decision",
        "spoonity.update-without-change",
        "An update that changes nothing moves the date of the last update all the same.",
        r"""
            spoonity/customers.py update_customer: `changed != customer` → `True`
        """,
        tested_by="tests/providers/spoonity/test_customers.py::test_an_update_that_changes_nothing_leaves_its_date",
    ),
    Explanation(
        "decision",
        "spoonity.anonymised-fields",
        "A deletion leaves the date of the last update as it was.",
        r"""
            spoonity/customers.py delete_customer: `replace(customer, **ANONYMISED_FIELDS, date_updated=iso_milliseconds(sandbox.now))` → `replace(customer, **ANONYMISED_FIELDS)`
        """,
        tested_by="tests/providers/spoonity/test_customers.py::test_deletion_leaves_an_archived_shell",
    ),
    Explanation(
        "decision",
        "spoonity.second-deletion",
        "A second deletion moves the date of the last update once more.",
        r"""
            spoonity/customers.py delete_customer: `customer.id not in sandbox.records(CUSTOMERS).deleted` → `True`
        """,
        tested_by="tests/providers/spoonity/test_customers.py::test_a_second_deletion_answers_the_same_and_moves_nothing",
    ),
    Explanation(
        "decision",
        "spoonity.attribute-given-twice",
        "Of an attribute that stands in the query and in the body, the one in the query counts; or it is not looked at when it does not count.",
        r"""
            spoonity/customers.py _attributes: `sent = call.query | call.fields` → `sent = call.fields | call.query`
        """,
        tested_by="tests/providers/spoonity/test_requests.py::test_the_body_wins_over_the_query_attribute_by_attribute",
    ),
    Explanation(
        "decision",
        "spoonity.attribute-given-twice",
        "An address in the query that cannot stand is not refused if one in the body takes its place.",
        r"""
            spoonity/customers.py _check_email: `sent = [each for each in (call.query.get('email'), email) if each is not None]` → `sent = [each for each in (email,) if each is not None]`
            spoonity/customers.py _check_email: `sent = [each for each in (call.query.get('email'), email) if each is not None]` → `sent = [each for each in (call.query.get('emailX'), email) if each is not None]`
        """,
        tested_by="tests/providers/spoonity/test_assumptions.py::test_a_choice_does_what_it_says_and_the_reply_names_it",
    ),
    Explanation(
        "decision",
        "spoonity.email-comparison",
        "Where addresses are unique, they are compared letter by letter.",
        r"""
            spoonity/customers.py _check_email: `any((each != own_id for each in sandbox.records(CUSTOMERS).ids_where('email', email.lower())))` → `any((each != own_id for each in sandbox.records(CUSTOMERS).ids_where('email', email)))`
            spoonity/records.py module: `indexes={'email': lambda customer: customer.email.lower() if customer.email is not None else None}` → `indexes={'email': lambda customer: customer.email if customer.email is not None else None}`
        """,
        tested_by="tests/providers/spoonity/test_customers.py::test_an_address_is_taken_whatever_the_case_of_its_letters",
    ),
    Explanation(
        "assumption",
        "spoonity.email-unique",
        "The observer creates two customers with one address; it does not give an address away by an update.",
        r"""
            spoonity/customers.py update_customer: `_check_email(sandbox, call, attributes.get('email'), own_id=customer.id)` → `pass`
            spoonity/customers.py update_customer: `_check_email(sandbox, call, attributes.get('email'), own_id=customer.id)` → `_check_email(sandbox, call, attributes.get('emailX'), own_id=customer.id)`
        """,
        tested_by="tests/providers/spoonity/test_assumptions.py::test_a_choice_does_what_it_says_and_the_reply_names_it",
    ),
    Explanation(
        "assumption",
        "spoonity.token-lifetime",
        "Nobody can outwait a token in a check, and a token is only issued for an authorization code: see the unobservable assumptions.",
        r"""
            spoonity/dialect.py authenticate: `sandbox.now >= parse_timestamp(issued.expires_at) and call.assume(TOKEN_LIFETIME) == 'enforced'` → `False`
            spoonity/dialect.py authenticate: `raise Unauthenticated(known_form=True)` → `raise Unauthenticated()` (2)
            spoonity/dialect.py authenticate: `sandbox.now >= parse_timestamp(issued.expires_at) and call.assume(TOKEN_LIFETIME) == 'enforced'` → `sandbox.now >= parse_timestamp(issued.expires_at)`
            spoonity/dialect.py authenticate: `sandbox.now >= parse_timestamp(issued.expires_at) and call.assume(TOKEN_LIFETIME) == 'enforced'` → `sandbox.now > parse_timestamp(issued.expires_at) and call.assume(TOKEN_LIFETIME) == 'enforced'`
            spoonity/dialect.py create_access_token: `expires_at=iso_milliseconds(sandbox.now + LIFETIME_S * 1000)` → `expires_at=iso_milliseconds(sandbox.now + LIFETIME_S * 1001)`
        """,
        tested_by="tests/providers/spoonity/test_access.py::test_a_token_ends_at_its_sixtieth_second_on_the_sandboxs_clock",
    ),
    Explanation(
        "decision",
        "spoonity.unknown-fields",
        "Parameters and attributes that are not documented are refused.",
        r"""
            spoonity/dialect.py refuse: `violation.rule == 'undeclared'` → `False`
        """,
        tested_by="tests/providers/spoonity/test_requests.py::test_unknown_and_read_only_fields_are_ignored_on_create",
    ),
    Explanation(
        "decision",
        "spoonity.error-messages",
        "The message says something else; status and form of the error stay.",
        r"""
            spoonity/dialect.py _status_and_message: `case InvalidField(name=name, allowed=None)` → `case InvalidField(name=name, allowed=None) if False`
            spoonity/dialect.py _status_and_message: `InvalidField(name=name, allowed=None)` → `InvalidField(name=name)`
            spoonity/dialect.py _status_and_message: `return (400, f"Invalid field value for {name}; must be one of {', '.join(map(str, allowed or ()))}")` → `return (400, f"Invalid field value for {name}; must be one of {', '.join(map(str, ()))}")`
            spoonity/dialect.py _status_and_message: `return (400, f"Invalid field value for {name}; must be one of {', '.join(map(str, allowed or ()))}")` → `return (400, f"Invalid field value for {name}; must be one of {', '.join(map(str, allowed))}")`
            spoonity/dialect.py _status_and_message: `return (404, f'{kind.capitalize()} not found')` → `return (404, f'{kind} not found')`
            spoonity/dialect.py _status_and_message: `case Conflict(duplicate=None)` → `case Conflict(duplicate=None) if False`
            spoonity/dialect.py _status_and_message: `Conflict(duplicate=None)` → `Conflict()`
            spoonity/dialect.py _status_and_message: `return (409, f'This {str(kind).capitalize()} already exists')` → `return (409, f'This {str(kind)} already exists')`
        """,
        tested_by="tests/providers/spoonity/test_errors.py::test_a_mistake_has_a_status_a_message_and_no_internal_code",
    ),
    Explanation(
        "decision",
        "spoonity.token-request",
        "A request for a token that lacks a field has another status.",
        r"""
            spoonity/dialect.py _status_and_message: `case MissingField(name=name)` → `case MissingField(name=name) if False`
            spoonity/dialect.py _status_and_message: `return (400, f'Missing {name} field')` → `return (401, f'Missing {name} field')`
        """,
        tested_by="tests/providers/spoonity/test_access.py::test_a_token_request_needs_each_of_its_fields",
    ),
    Explanation(
        "equivalent",
        "",
        "A missing and an unknown token are answered alike.",
        r"""
            spoonity/dialect.py authenticate: `raise Unauthenticated(known_form=False)` → `raise Unauthenticated(known_form=True)`
            spoonity/dialect.py authenticate: `raise Unauthenticated(known_form=True)` → `raise Unauthenticated(known_form=False)`
            spoonity/dialect.py authenticate: `raise Unauthenticated(known_form=True)` → `raise Unauthenticated(known_form=False)` (2)
        """,
    ),
    Explanation(
        "unchecked",
        "spoonity.errors.internal-code-for-failures",
        "A failure has no internal code or one of another length; no request can make the service fail.",
        r"""
            spoonity/dialect.py render_problem: `internal_code = digest(str(problem), 8) if status >= 500 else None` → `internal_code = digest(str(problem), 8) if False else None`
            spoonity/dialect.py render_problem: `internal_code = digest(str(problem), 8) if status >= 500 else None` → `internal_code = digest(str(problem), 8) if status > 500 else None`
            spoonity/dialect.py render_problem: `internal_code = digest(str(problem), 8) if status >= 500 else None` → `internal_code = digest(str(problem), 8) if status >= 501 else None`
            spoonity/dialect.py render_problem: `internal_code = digest(str(problem), 8) if status >= 500 else None` → `internal_code = digest(str(problem), 9) if status >= 500 else None`
        """,
        tested_by="tests/providers/spoonity/test_errors.py::test_a_failure_has_an_internal_code",
    ),
    Explanation(
        "unchecked",
        "spoonity.errors.internal-code-for-failures",
        "A failure of the mock, of which it has none that a request could bring about, has another status.",
        r"""
            spoonity/dialect.py _transport_status_and_message: `case InternalError()` → `case InternalError() if False`
            spoonity/dialect.py _transport_status_and_message: `return (500, 'An unexpected error occurred.')` → `return (501, 'An unexpected error occurred.')`
        """,
        tested_by="tests/providers/spoonity/test_errors.py::test_a_failure_of_the_mock_is_a_500_with_a_code",
    ),
    Explanation(
        "decision",
        "spoonity.full-sandbox",
        "A sandbox that is full answers with another status.",
        r"""
            spoonity/dialect.py _transport_status_and_message: `case Unavailable(detail=detail)` → `case Unavailable(detail=detail) if False`
            spoonity/dialect.py _transport_status_and_message: `return (503, detail)` → `return (504, detail)`
        """,
        tested_by="tests/providers/spoonity/test_errors.py::test_a_full_sandbox_is_refused_in_the_apis_form_and_takes_nobody",
    ),
    Explanation(
        "decision",
        "spoonity.oversized-request",
        "A request beyond the mock's limits is a failure of the mock.",
        r"""
            spoonity/dialect.py _transport_status_and_message: `case MockRefusal(status=status, detail=detail)` → `case MockRefusal(status=status, detail=detail) if False`
        """,
        tested_by="tests/providers/spoonity/test_errors.py::test_sizes_are_refused_in_the_apis_form",
    ),
    Explanation(
        "decision",
        "spoonity.unreadable-body",
        "A body that cannot be read has another status.",
        r"""
            spoonity/dialect.py _transport_status_and_message: `case Unreadable()` → `case Unreadable() if False`
            spoonity/dialect.py _transport_status_and_message: `return (400, 'Bad request')` → `return (401, 'Bad request')`
        """,
        tested_by="tests/providers/spoonity/test_requests.py::test_a_body_that_cannot_be_read_is_refused",
    ),
    Explanation(
        "decision",
        "spoonity.unknown-path",
        "A path that the API does not have is a failure of the mock.",
        r"""
            spoonity/dialect.py _status_and_message: `UnknownPath() | WrongMethod()` → `WrongMethod()`
        """,
        tested_by="tests/providers/spoonity/test_errors.py::test_an_unknown_path_below_those_of_the_api_is_refused_in_its_form",
    ),
    Explanation(
        "equivalent",
        "",
        "A slash or an X may stand in a query as it is or escaped; it is read the same.",
        r"""
            spoonity/dialect.py _link: `f"&{name}={quote(str(call.query[name]), safe='')}"` → `f'&{name}={quote(str(call.query[name]))}'`
            spoonity/dialect.py _link: `f"&{name}={quote(str(call.query[name]), safe='')}"` → `f"&{name}={quote(str(call.query[name]), safe='X')}"`
        """,
    ),
    Explanation(
        "decision",
        "spoonity.filter-words",
        "Double quotes do not hold a value together, or become part of it.",
        r"""
            spoonity/listing.py module: `_QUOTED = re.compile('"([^"]*)"')` → `_QUOTED = re.compile('"([^"]*)"X')`
            spoonity/listing.py criteria: `found.append(Criterion(key, _QUOTED.sub('\\1', value).lower()))` → `found.append(Criterion(key, _QUOTED.sub('\\1X', value).lower()))`
        """,
        tested_by="tests/providers/spoonity/test_lists.py::test_a_filter_finds",
    ),
    Explanation(
        "decision",
        "spoonity.filter-colon",
        "A word without a colon is a criterion, or colons within quotes count.",
        r"""
            spoonity/listing.py criteria: `colon and key in KEYS and (':' not in _QUOTED.sub('', value))` → `key in KEYS and ':' not in _QUOTED.sub('', value)`
            spoonity/listing.py criteria: `colon and key in KEYS and (':' not in _QUOTED.sub('', value))` → `colon and key in KEYS`
            spoonity/listing.py criteria: `colon and key in KEYS and (':' not in _QUOTED.sub('', value))` → `colon and key in KEYS and (':' not in _QUOTED.sub('X', value))`
        """,
        tested_by="tests/providers/spoonity/test_lists.py::test_a_word_that_is_no_criterion_is_ignored",
    ),
    Explanation(
        "assumption",
        "spoonity.deleted-customer",
        "Lists show deleted customers though they are gone; the observer looks at the customer itself.",
        r"""
            spoonity/listing.py _page: `hides_deleted = choices[DELETED_CUSTOMER.key] == 'gone'` → `hides_deleted = False`
            spoonity/listing.py _page: `ids = customers.live_ids() if hides_deleted else customers.all()` → `ids = customers.live_ids() if False else customers.all()`
            spoonity/listing.py _page: `hidden: Mapping[str, None] = customers.deleted if hides_deleted else {}` → `hidden: Mapping[str, None] = customers.deleted if False else {}`
            spoonity/listing.py _page: `seen = (each for each in customers if each.id not in hidden)` → `seen = (each for each in customers if True)`
            spoonity/records.py module: `…not None else None}, keeps_deleted=True)` → `…not None else None})`
            spoonity/records.py module: `keeps_deleted=True` → `keeps_deleted=False`
        """,
        tested_by="tests/providers/spoonity/test_customers.py::test_a_customer_who_is_gone_is_gone_from_everything",
    ),
    Explanation(
        "ours",
        "",
        "Lists in their natural order are cut out of the collection instead of being sorted first: the same list at less cost.",
        r"""
            spoonity/listing.py _page: `not wanted and query.get('sort', 'date_created') == 'date_created'` → `False`
            spoonity/listing.py _page: `not wanted and query.get('sort', 'date_created') == 'date_created'` → `not wanted and query.get('sort', 'date_createdX') == 'date_created'`
            spoonity/listing.py _sorted: `name == 'date_created'` → `False`
        """,
        tested_by="tests/providers/spoonity/test_lists.py::test_a_deep_page_after_a_deletion_touches_no_more_than_its_own_customers",
    ),
    Explanation(
        "decision",
        "spoonity.order-values",
        "An order in lower case is ascending.",
        r"""
            spoonity/listing.py _descends: `return bool(query['order'].upper() == 'DESC')` → `return bool(query['order'] == 'DESC')`
        """,
        tested_by="tests/providers/spoonity/test_lists.py::test_the_order_may_be_in_any_case",
    ),
    Explanation(
        "decision",
        "spoonity.sortable-properties",
        "A list by another property than the name, the only one that a page sorts by, is in another order.",
        r"""
            spoonity/listing.py _sorted: `return customers[::-1] if descending else customers` → `return customers[::-1] if True else customers`
            spoonity/listing.py _rank: `return value.lower() if isinstance(value, str) else value` → `return value.lower() if True else value`
        """,
        tested_by="tests/providers/spoonity/test_lists.py::test_every_property_can_be_sorted_by_in_both_directions",
    ),
    Explanation(
        "decision",
        "spoonity.sort-comparison",
        "Case counts, or customers without a name stand in another order among themselves.",
        r"""
            spoonity/listing.py _sorted: `return known[::-1] + unknown[::-1] if descending else known + unknown` → `return known[::-1] + unknown[:] if descending else known + unknown`
            spoonity/listing.py _sorted: `return known[::-1] + unknown[::-1] if descending else known + unknown` → `return known[::-1] + unknown[::-2] if descending else known + unknown`
            spoonity/listing.py _rank: `return value.lower() if isinstance(value, str) else value` → `return value.lower() if False else value`
            spoonity/listing.py _rank: `return value.lower() if isinstance(value, str) else value` → `return value if isinstance(value, str) else value`
        """,
        tested_by="tests/providers/spoonity/test_lists.py::test_null_stands_last_in_either_direction",
    ),
    Explanation(
        "ours",
        "",
        "The mock's own id of a token, which is never shown.",
        r"""
            spoonity/records.py module: `form=IdForm('', HEX, 16)` → `form=IdForm('X', HEX, 16)`
            spoonity/records.py module: `form=IdForm('', HEX, 16)` → `form=IdForm('', HEX, 17)`
        """,
    ),
    Explanation(
        "ours",
        "",
        "A token of a state that was loaded could be given out again; new ones are counted.",
        r"""
            spoonity/dialect.py _new_token: `digest(token) not in sandbox.records(TOKENS)` → `True`
        """,
    ),
    Explanation(
        "ours",
        "",
        "A fault in paging is asked for at the mock: a link that leads to its own page, or an end that is told wrongly.",
        r"""
            spoonity/dialect.py render_page: `not has_next and len(page.records) == page.limit and (page.claims_more is None)` → `not has_next and len(page.records) == page.limit`
            spoonity/dialect.py render_page: `_link(call, page.named_limit, number if page.loops else number + 1) if has_next else None` → `_link(call, page.named_limit, number if False else number + 1) if has_next else None`
        """,
        tested_by="tests/test_paging.py::test_a_loop_never_ends",
    ),
    Explanation(
        "equivalent",
        "",
        "A creation reads no more than name and address of its attributes.",
        r"""
            spoonity/customers.py _attributes: `('name', 'email', 'status') if call.operation == 'spoonity.updateCustomer' else ('name', 'email')` → `('name', 'email', 'status') if True else ('name', 'email')`
        """,
        tested_by="tests/providers/spoonity/test_requests.py::test_a_status_is_no_attribute_of_a_create_however_it_comes",
    ),
    Explanation(
        "decision",
        "spoonity.error-messages",
        "The message blames another field or says something else; status and form of the error stay.",
        r"""
            spoonity/customers.py _check_email: `raise InvalidField('email')` → `raise InvalidField('emailX')`
            spoonity/customers.py _check_email: `raise Conflict(duplicate=CUSTOMERS.noun)` → `raise Conflict()`
            spoonity/listing.py criteria: `raise InvalidField('query')` → `raise InvalidField('queryX')`
        """,
        tested_by="tests/providers/spoonity/test_assumptions.py::test_a_choice_does_what_it_says_and_the_reply_names_it",
    ),
    Explanation(
        "decision",
        "spoonity.error-messages",
        "What cannot be read, what is missing and what is wrong are told apart by the message alone.",
        r"""
            spoonity/dialect.py _problem: `not violation.name` → `True`
            spoonity/dialect.py _problem: `not violation.name` → `False`
            spoonity/dialect.py _problem: `violation.rule == 'required'` → `True`
            spoonity/dialect.py _problem: `violation.rule == 'required'` → `False`
        """,
        tested_by="tests/providers/spoonity/test_access.py::test_a_token_request_needs_each_of_its_fields",
    ),
    Explanation(
        "decision",
        "spoonity.error-messages",
        "The message does not list what is allowed, or lists what is allowed elsewhere.",
        r"""
            spoonity/dialect.py _problem: `each.rule == 'enum' and (each.place, each.name) == (violation.place, violation.name)` → `False`
            spoonity/dialect.py _problem: `each.rule == 'enum' and (each.place, each.name) == (violation.place, violation.name)` → `each.rule == 'enum'`
            spoonity/dialect.py _problem: `return InvalidField(violation.name, allowed=next((each.allowed for each in enums), None))` → `return InvalidField(violation.name)`
        """,
        tested_by="tests/providers/spoonity/test_customers.py::test_another_status_is_refused_with_the_list",
    ),
    Explanation(
        "decision",
        "spoonity.email-comparison",
        "Where addresses are unique, a customer is in the way of its own update.",
        r"""
            spoonity/customers.py _check_email: `any((each != own_id for each in sandbox.records(CUSTOMERS).ids_where('email', email.lower())))` → `any((True for each in sandbox.records(CUSTOMERS).ids_where('email', email.lower())))`
        """,
        tested_by="tests/providers/spoonity/test_assumptions.py::test_a_reply_does_not_name_an_assumption_that_makes_no_difference",
    ),
    Explanation(
        "assumption",
        "spoonity.deleted-customer",
        "Lists hide the shells of deleted customers, which stay; the observer looks at the customer itself.",
        r"""
            spoonity/listing.py _page: `hides_deleted = choices[DELETED_CUSTOMER.key] == 'gone'` → `hides_deleted = True`
            spoonity/listing.py _page: `ids = customers.live_ids() if hides_deleted else customers.all()` → `ids = customers.live_ids() if True else customers.all()`
            spoonity/listing.py _page: `hidden: Mapping[str, None] = customers.deleted if hides_deleted else {}` → `hidden: Mapping[str, None] = customers.deleted if True else {}`
        """,
        tested_by="tests/providers/spoonity/test_customers.py::test_a_shell_keeps_its_place_in_lists",
    ),
)
