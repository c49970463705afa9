import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { paint, type Row, recordKey } from "./records";

vi.mock("./client", () => ({ call: vi.fn() }));

test("a change is painted into the record and not into what else is kept of it", () => {
  const client = new QueryClient();
  const row: Row = { id: "1", etag: "1", title: "before" };
  client.setQueryData([...recordKey("leads", "1"), ""], { record: row, names: {} });
  client.setQueryData([...recordKey("leads", "1"), "status changes"], [{ from: "NEW" }]);
  client.setQueryData([...recordKey("leads", "1"), "origins", "1"], { origins: [] });

  paint(client, "leads", "1", (shown) => ({ ...shown, title: "after" }));

  expect(client.getQueryData([...recordKey("leads", "1"), ""])).toEqual({
    record: { ...row, title: "after" },
    names: {},
  });
  expect(client.getQueryData([...recordKey("leads", "1"), "status changes"])).toEqual([{ from: "NEW" }]);
  expect(client.getQueryData([...recordKey("leads", "1"), "origins", "1"])).toEqual({ origins: [] });
});
