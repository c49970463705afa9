/** What went wrong, told in the person's language, and what can be done. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { isProblem, NO_ANSWER, type Problem, type Violation } from "@/shared/api/problem";
import { type Text as Texts, useText, type Values } from "@/shared/i18n";
import { newId } from "@/shared/new-id";

const TOLD = new Set([
  "ABORTED", "CONCURRENT_CHANGE", "NOT_FOUND", "PERMISSION_DENIED", "RATE_LIMITED", "INVALID_CREDENTIALS", "ETAG_MISMATCH", "UNAUTHENTICATED", "LIKELY_DUPLICATES",
]); // biome-ignore format: one line

type Said = Pick<Texts, "text" | "textOr">;

/** What is wrong with each field, in the person's language. Codes without a text of ours are told as the server does. */
export function fieldErrors({ errors, codes }: Problem, { textOr }: Said): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(errors).map(([field, sentences]) => [
      field,
      sentences.map((sentence, place) => {
        const violation = codes[field]?.[place];
        return violation ? textOr(`violation.${violation.code}`, sentence, valuesOf(violation)) : sentence;
      }),
    ]),
  );
}

const valuesOf = ({ params }: Violation): Values =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === "number" ? value : Array.isArray(value) ? value.join(", ") : String(value),
    ]),
  );

/** The problem as a sentence. Reasons without a text of ours are told as the server does. */
export function problemText(problem: Problem, texts: Said): string {
  const { text } = texts;
  if (problem.status === NO_ANSWER) return text("problem.no_answer");
  if (TOLD.has(problem.reason)) return text(`problem.${problem.reason}`);
  if (problem.status >= 500) return text("problem.server", { request: problem.requestId });
  const fields = Object.entries(fieldErrors(problem, texts)).map(
    ([field, messages]) => `${field}: ${messages.join(", ")}`,
  );
  return fields.length ? fields.join("; ") : problem.message;
}

export function useTell() {
  const texts = useText();
  const { text } = texts;
  return {
    /** Shows an error that nothing on the page can show. */
    failed: (error: unknown) =>
      notifications.show({
        color: "red",
        message: isProblem(error) ? problemText(error, texts) : String(error),
        autoClose: 8000,
      }),
    done: (message: string) => notifications.show({ color: "teal", message }),
    /** Says what somebody should look at; it stays until it is closed. */
    noticed: (message: ReactNode) => notifications.show({ color: "yellow", message, autoClose: false }),
    /** Says what was done, with a way back. */
    undoable: (message: string, undo: () => void) => {
      const id = newId();
      notifications.show({
        id,
        autoClose: 8000,
        message: (
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm">{message}</Text>
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => {
                notifications.hide(id);
                undo();
              }}
            >
              {text("problem.undo")}
            </Button>
          </Group>
        ),
      });
    },
  };
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const texts = useText();
  const { text } = texts;
  return (
    <Alert color="red" role="alert" title={text("problem.title")}>
      <Text size="sm">{isProblem(error) ? problemText(error, texts) : String(error)}</Text>
      {retry && (
        <Button mt="sm" size="compact-sm" variant="light" color="red" onClick={retry}>
          {text("problem.retry")}
        </Button>
      )}
    </Alert>
  );
}
