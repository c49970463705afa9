"""Deals as people see them: the board of a pipeline, and the page of a deal."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Response, expect

from tests.e2e.console.rest import call, without_news


def stages_of(page: Page) -> list[dict[str, Any]]:
    """The stages of the default pipeline."""
    pipelines = call(page, "GET", "/v1/pipelines?page_size=200")["pipelines"]
    return next(pipeline["stages"] for pipeline in pipelines if pipeline["is_default"])


def open_stages(page: Page) -> list[str]:
    return [stage["name"] for stage in stages_of(page) if stage["type"] == "OPEN"]


def new_deal(page: Page, **fields: Any) -> dict[str, Any]:
    """A deal in the first stage of the default pipeline."""
    name = f"Deal {secrets.token_hex(4)}"
    money = {"amount": "1200.00", "currency": "EUR"}
    return call(
        page, "POST", "/v1/opportunities", {"name": name, "amount": money, "close_date": "2030-05-01", **fields}
    )


def show_board(page: Page, deal: dict[str, Any]) -> None:
    page.goto(f"/app/opportunities?layout=board&q={deal['name']}")
    expect(card(page, deal)).to_be_visible()


def column(page: Page, stage: str) -> Locator:
    return page.locator(f'section[data-stage="{stage}"]')


def card(page: Page | Locator, deal: dict[str, Any]) -> Locator:
    return page.locator("li").filter(has_text=deal["name"])


def order(page: Page, stage: str) -> list[str]:
    """The names of the deals in a column, from top to bottom."""
    cards = column(page, stage).locator("li:not(.board-spot)")
    tops = {}
    for one in cards.all():
        box = one.bounding_box()
        assert box
        tops[one.get_by_role("link").inner_text()] = box["y"]
    return sorted(tops, key=lambda name: tops[name])


def three_deals(page: Page) -> tuple[str, list[dict[str, Any]]]:
    """Deals in the first stage, from top to bottom, and a word that finds them and no others."""
    word = f"Trio{secrets.token_hex(4)}"
    deals = [new_deal(page, name=f"{word} {name}") for name in ("Low", "Middle", "High")]
    return word, deals[::-1]


def drag(page: Page, source: Locator, target: Locator | Callable[[], Locator], at: float | None = None) -> None:
    """Drags with the mouse, to the middle of the target or so many pixels below its top.

    What appears only while something is dragged is asked for by a function.
    """
    start = source.bounding_box()
    assert start
    page.mouse.move(start["x"] + 40, start["y"] + 50)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 60, steps=3)
    locator = target() if callable(target) else target
    locator.wait_for()
    end = locator.bounding_box()
    assert end
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + (end["height"] / 2 if at is None else at), steps=8)
    expect(locator).to_have_attribute("data-over", "true")
    page.mouse.up()


def a_move(response: Response) -> bool:
    return response.request.method == "PATCH" and "/v1/opportunities/" in response.url


def test_a_deal_is_dragged_with_the_mouse_and_stays_where_it_was_put(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep")
    first, second, *_ = open_stages(page)
    deal = new_deal(page)
    show_board(page, deal)
    expect(column(page, first).get_by_text("€1.2K")).to_be_visible()
    with page.expect_response(a_move) as response:
        drag(page, card(page, deal), column(page, second))
    assert response.value.ok
    expect(card(column(page, second), deal)).to_be_visible()
    expect(card(column(page, first), deal)).to_have_count(0)
    expect(column(page, second).get_by_text("€1.2K")).to_be_visible()
    page.reload()
    expect(card(column(page, second), deal)).to_be_visible()


def test_the_order_of_a_column_is_kept(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep")
    first, second, *_ = open_stages(page)
    word, (high, middle, low) = three_deals(page)
    page.goto(f"/app/opportunities?layout=board&q={word}")
    expect(card(page, low)).to_be_visible()
    assert order(page, first) == [high["name"], middle["name"], low["name"]]
    with page.expect_response(a_move) as response:
        drag(page, card(page, high), column(page, first), at=215)
    assert response.value.ok
    expected = [middle["name"], high["name"], low["name"]]
    assert order(page, first) == expected
    page.reload()
    expect(card(page, low)).to_be_visible()
    assert order(page, first) == expected

    with page.expect_response(a_move) as response:
        drag(page, card(page, low), column(page, second))
    with page.expect_response(a_move) as response:
        drag(page, card(page, high), column(page, second), at=100)
    assert response.value.ok
    assert order(page, second) == [high["name"], low["name"]]


def test_a_move_in_a_column_appears_at_another_person_s_board(page_as: Callable[..., Page]) -> None:
    page, other = page_as("admin"), page_as("admin")
    first, *_ = open_stages(page)
    word, (high, middle, low) = three_deals(page)
    for shown in (page, other):
        shown.goto(f"/app/opportunities?layout=board&q={word}")
        expect(card(shown, low)).to_be_visible()
    page.get_by_role("button", name=f"Move {low['name']}").click()
    with page.expect_response(a_move):
        page.get_by_role("menuitem", name="To the top").click()
    top = other.locator("li:not(.board-spot)", has_text=low["name"])
    expect(top).to_have_css("transform", "matrix(1, 0, 0, 1, 0, 0)")
    assert order(other, first) == order(page, first) == [low["name"], high["name"], middle["name"]]


def test_a_deal_is_moved_within_its_column_by_menu_and_keys(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep")
    first, *_ = open_stages(page)
    word, (high, middle, low) = three_deals(page)
    page.goto(f"/app/opportunities?layout=board&q={word}")
    expect(card(page, low)).to_be_visible()
    for name, expected in (("Down", [middle, high, low]), ("Down", [middle, low, high]), ("Up", [middle, high, low])):
        page.get_by_role("button", name=f"Move {high['name']}").click()
        with page.expect_response(a_move) as response:
            page.get_by_role("menuitem", name=name, exact=True).click()
        assert response.value.ok
        assert order(page, first) == [deal["name"] for deal in expected]

    said = page.locator("[role=status][aria-live=assertive]")
    page.get_by_role("button", name=f"Drag {low['name']}").focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text(low["name"])
    page.keyboard.press("ArrowUp")
    expect(said).to_have_text(f"Place 2 of 3 in {first}.")
    page.keyboard.press("ArrowUp")
    expect(said).to_have_text(f"Place 1 of 3 in {first}.")
    with page.expect_response(a_move) as response:
        page.keyboard.press("Enter")
    assert response.value.ok
    page.reload()
    expect(card(page, low)).to_be_visible()
    assert order(page, first) == [low["name"], middle["name"], high["name"]]


def test_a_move_beside_a_card_that_has_left_goes_back(page_as: Callable[..., Page]) -> None:
    page, faster = page_as("admin", refused=["422 PATCH"]), page_as("admin")
    without_news(page)
    first, *_ = open_stages(page)
    word, (high, middle, low) = three_deals(page)
    page.goto(f"/app/opportunities?layout=board&q={word}")
    expect(card(page, low)).to_be_visible()
    call(faster, "POST", f"/v1/opportunities/{middle['id']}:win", {})
    page.get_by_role("button", name=f"Move {high['name']}").click()
    page.get_by_role("menuitem", name="Down", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="has just been moved")).to_be_visible()
    expect(card(page, middle)).to_have_count(0)
    assert order(page, first) == [high["name"], low["name"]]


def test_the_totals_of_a_column_are_of_all_its_deals(page_as: Callable[..., Page]) -> None:
    """Also of those that are not loaded, and each currency for itself."""
    page = page_as("admin")
    first, second, *_ = open_stages(page)
    word = f"Many{secrets.token_hex(4)}"
    money = {"amount": "1000.00", "currency": "EUR"}
    deals = [{"name": f"{word} {number}", "amount": money} for number in range(120)]
    deals.append({"name": f"{word} dollars", "amount": {"amount": "7.00", "currency": "USD"}})
    call(page, "POST", "/v1/opportunities:batchCreate", {"opportunities": deals})
    page.goto(f"/app/opportunities?layout=board&q={word}")
    head = column(page, first).locator(".board-head")
    expect(head).to_contain_text("121")
    expect(head).to_contain_text("€120K + $7")
    assert column(page, first).locator("li").count() < 40
    listed = call(page, "GET", f'/v1/opportunities?filter=name : "{word}" AND amount.currency = "USD"')
    (dollars,) = listed["opportunities"]
    moved = {"stage_id": next(stage["id"] for stage in stages_of(page) if stage["name"] == second)}
    call(page, "PATCH", f"/v1/opportunities/{dollars['id']}", moved)
    expect(column(page, second).locator(".board-head")).to_contain_text("$7")
    expect(head).to_contain_text("120")
    expect(head).not_to_contain_text("$7")


def test_a_deal_is_moved_with_the_keyboard_and_every_step_is_announced(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep")
    _, second, third, *_ = open_stages(page)
    deal = new_deal(page)
    show_board(page, deal)
    said = page.locator("[role=status][aria-live=assertive]")
    page.get_by_role("button", name=f"Drag {deal['name']}").focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text(deal["name"])
    for stage in (second, third):
        page.keyboard.press("ArrowRight")
        expect(said).to_have_text(f"{deal['name']} is over {stage}.")
    with page.expect_response(a_move) as response:
        page.keyboard.press("Enter")
    assert response.value.ok
    expect(said).to_have_text(f"{deal['name']} was dropped in {third}.")
    expect(card(column(page, third), deal)).to_be_visible()

    page.get_by_role("button", name=f"Drag {deal['name']}").focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text(f"{deal['name']} is over {third}.")
    page.keyboard.press("ArrowLeft")
    expect(said).to_have_text(f"{deal['name']} is over {second}.")
    page.keyboard.press("Escape")
    expect(said).to_have_text(f"{deal['name']} was not moved.")
    expect(card(column(page, third), deal)).to_be_visible()


def test_who_moves_a_card_second_sees_where_it_went_and_by_whom(page_as: Callable[..., Page]) -> None:
    faster, slower = page_as("admin"), page_as("admin", refused=["412 PATCH"])
    without_news(slower)
    first, second, third, *_ = open_stages(faster)
    deal = new_deal(faster)
    show_board(faster, deal)
    show_board(slower, deal)
    name = call(faster, "GET", "/v1/me")["display_name"]
    with faster.expect_response(a_move):
        drag(faster, card(faster, deal), column(faster, second))
    with slower.expect_response(a_move) as response:
        drag(slower, card(slower, deal), column(slower, third))
    assert response.value.status == 412
    expect(slower.get_by_role("alert").filter(has_text=f"{name} has just moved")).to_contain_text(second)
    expect(card(column(slower, second), deal)).to_be_visible()
    expect(card(column(slower, third), deal)).to_have_count(0)
    expect(card(column(slower, first), deal)).to_have_count(0)


def test_a_refused_move_goes_back_and_says_why(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep", refused=["403 PATCH"])
    first, second, *_ = open_stages(page)
    deal = new_deal(page)
    show_board(page, deal)
    problem = {"type": "about:blank", "status": 403, "reason": "PERMISSION_DENIED", "detail": "no", "errors": {}}
    page.route(
        f"**/v1/opportunities/{deal['id']}",
        lambda route: route.fulfill(status=403, json=problem) if route.request.method == "PATCH" else route.continue_(),
    )
    drag(page, card(page, deal), column(page, second))
    expect(page.get_by_role("alert").filter(has_text="Your role does not allow this.")).to_be_visible()
    expect(card(column(page, first), deal)).to_be_visible()


def test_a_lost_deal_asks_for_the_reason_and_a_won_one_does_not(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep")
    lost, won = new_deal(page), new_deal(page)
    show_board(page, lost)
    drag(page, card(page, lost), lambda: page.locator(".board-end[data-type=LOST]"))
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Too expensive")
    dialog.locator("button[type=submit]").click()
    expect(card(page, lost)).to_have_count(0)
    stored = call(page, "GET", f"/v1/opportunities/{lost['id']}")
    assert (stored["status"], stored["lost_reason"]) == ("LOST", "Too expensive")

    show_board(page, won)
    with page.expect_response(lambda response: response.url.endswith(":win")) as response:
        drag(page, card(page, won), lambda: page.locator(".board-end[data-type=WON]"))
    assert response.value.ok
    expect(card(page, won)).to_have_count(0)
    assert call(page, "GET", f"/v1/opportunities/{won['id']}")["status"] == "WON"


def test_who_may_only_read_has_nothing_to_drag(page_as: Callable[..., Page]) -> None:
    writer, reader = page_as("admin"), page_as("analyst")
    first, second, *_ = open_stages(writer)
    deal = new_deal(writer)
    show_board(reader, deal)
    expect(reader.get_by_role("button", name=deal["name"])).to_have_count(0)
    start, end = card(reader, deal).bounding_box(), column(reader, second).bounding_box()
    assert start
    assert end
    reader.mouse.move(start["x"] + 40, start["y"] + 50)
    reader.mouse.down()
    reader.mouse.move(end["x"] + 40, end["y"] + 200, steps=8)
    expect(reader.locator(".board-ends")).to_have_count(0)
    reader.mouse.up()
    expect(card(column(reader, first), deal)).to_be_visible()


def test_the_page_of_a_deal_moves_it_and_tells_how_it_got_there(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep")
    first, second, *_ = open_stages(page)
    deal = new_deal(page)
    page.goto(f"/app/opportunities/{deal['id']}")
    stages = page.get_by_role("navigation", name="Stages")
    expect(stages.locator("[aria-current=step]")).to_have_text(first)
    with page.expect_response(a_move):
        stages.get_by_role("button", name=second).click()
    expect(stages.locator("[aria-current=step]")).to_have_text(second)
    page.get_by_role("tab", name="Stages so far").click()
    name = call(page, "GET", "/v1/me")["display_name"]
    history = page.get_by_role("tabpanel")
    expect(history).to_contain_text(f"{name} · less than a day in {first}")

    page.get_by_role("button", name="Win", exact=True).click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    assert call(page, "GET", f"/v1/opportunities/{deal['id']}")["status"] == "WON"
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("button", name="Lose", exact=True)).to_be_visible()
    expect(stages.locator("[aria-current=step]")).to_have_text(second)


def test_products_of_a_deal_are_added_up_while_they_are_typed(page_as: Callable[..., Page]) -> None:
    admin, page = page_as("admin"), page_as("sales_rep")
    price = {"amount": "250.00", "currency": "EUR"}
    product = call(admin, "POST", "/v1/products", {"name": f"Product {secrets.token_hex(4)}", "price": price})
    deal = new_deal(page, amount=None)
    page.goto(f"/app/opportunities/{deal['id']}")
    page.get_by_role("tab", name="Lines").click()
    page.get_by_role("button", name="Edit products").click()
    picker = page.get_by_role("tabpanel").get_by_placeholder("Choose …")
    picker.fill(product["name"])
    page.get_by_role("option", name=product["name"]).click()
    page.get_by_label("Quantity").fill("3")
    page.get_by_label("Discount").fill("10")
    expect(page.get_by_role("tabpanel").locator("tfoot")).to_contain_text("€675.00")
    with page.expect_response(a_move) as response:
        page.get_by_role("button", name="Save").click()
    assert response.value.ok
    expect(page.get_by_role("button", name="Edit products")).to_be_visible()
    stored = call(page, "GET", f"/v1/opportunities/{deal['id']}")
    assert stored["amount"] == {"amount": "675.00", "currency": "EUR"}


def test_who_may_only_read_a_deal_has_no_buttons(page_as: Callable[..., Page]) -> None:
    writer, reader = page_as("admin"), page_as("analyst")
    deal = new_deal(writer)
    reader.goto(f"/app/opportunities/{deal['id']}")
    stages = reader.get_by_role("navigation", name="Stages")
    expect(stages.locator("[aria-current=step]")).to_be_visible()
    expect(stages.locator("button:enabled")).to_have_count(0)
    for name in ("Win", "Lose", "Reopen", "Call", "Note", "Task"):
        expect(reader.get_by_role("button", name=name, exact=True)).to_have_count(0)
    reader.get_by_role("tab", name="Lines").click()
    expect(reader.get_by_role("button", name="Edit products")).to_have_count(0)
