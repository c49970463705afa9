/** What a standard rule says of a field; errors.md lists the codes and their parameters. */
export type Violation = { code: string; params: Readonly<Record<string, unknown>> };

/** An answer that says what went wrong (RFC 9457), with the messages of each field and, in the same order, their codes. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    detail: string,
    readonly errors: Readonly<Record<string, string[]>> = {},
    readonly requestId = "",
    readonly codes: Readonly<Record<string, Violation[]>> = {},
    /** The record that stands in the way, as far as this person may see it. */
    readonly record: unknown = null,
  ) {
    super(detail);
    this.name = "Problem";
  }
}

/** The problem that an answer tells; one of status 0 says that there was no answer. */
export async function problemOf(answer: Response): Promise<Problem> {
  const body = await answer.json().catch(() => ({}));
  return new Problem(
    answer.status,
    body.reason ?? "",
    body.detail ?? answer.statusText,
    body.errors ?? {},
    body.request_id ?? "",
    body.error_codes ?? {},
    body.record ?? null,
  );
}

export const NO_ANSWER = 0;
export const isProblem = (error: unknown, ...reasons: string[]): error is Problem =>
  error instanceof Problem && (!reasons.length || reasons.includes(error.reason));
