import { describe, expect, it } from "vitest";
import { linesTotal, lineTotal } from "./lines";

const price = (amount: string, currency = "EUR") => ({ amount, currency });

describe("lines of a deal", () => {
  it("are quantity times price less discount, a half goes up", () => {
    expect(lineTotal({ unit_price: price("10.00"), quantity: "3", discount_percent: "5" })).toBe(28.5);
    expect(lineTotal({ unit_price: price("1.005"), quantity: "", discount_percent: "" })).toBe(1.01);
    expect(lineTotal({ unit_price: price("99", "JPY"), quantity: "0.5", discount_percent: "0" })).toBe(50);
  });

  it("are worth nothing yet without a price", () => {
    expect(lineTotal({ quantity: "3" })).toBeNull();
    expect(linesTotal([{ quantity: "3" }])).toBeNull();
    expect(linesTotal([{ unit_price: price("2"), quantity: "3" }, { quantity: "1" }])).toEqual({
      amount: 6,
      currency: "EUR",
    });
  });
});
