/** Creates a record, or takes the input of an action; the fields come from the contract. */
import { Alert, Button, Group, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, lazy, Suspense, useEffect, useRef, useState } from "react";
import type { Json } from "@/shared/api/client";
import { call } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { changed, type Row } from "@/shared/api/records";
import { type Action, actionOf, type Description, type Field } from "@/shared/describe";
import { type Errors, Inputs } from "@/shared/fields/input";
import { isEmpty, type Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { newId } from "@/shared/new-id";
import { fieldErrors, problemText, useTell } from "@/shared/ui/problem";
import type { LikelyDuplicate } from "./alike";
import { dropDraft, readDraft, writeDraft } from "./drafts";

// Only forms of what is compared with others need it.
const Alike = lazy(() => import("./alike"));
const Refused = lazy(async () => ({ default: (await import("./alike")).Refused }));
const Written = lazy(async () => ({ default: (await import("./alike")).Written }));

/** What a new record is compared with while it is typed, if records of its kind are. */
export const comparing = (description: Description, action: Action, row?: Row): Action | undefined =>
  action.name === "create" && !row ? actionOf(description, "find_duplicates") : undefined;

type Props = {
  description: Description;
  action: Action;
  /** The record that the action is about; none is created. */
  row?: Row;
  /** What is filled in already, such as the account of a new deal. */
  initial?: Json;
  names?: Names;
  /** The fields that are asked for, in order; all if absent. */
  only?: readonly string[];
  onDone: (answer: Json) => void;
  onCancel: () => void;
};

/** Required fields first, then the others in the order of the contract; or those that are named, in that order. */
const ordered = (fields: Field[], only?: readonly string[]): Field[] =>
  only
    ? only.flatMap((name) => fields.filter((field) => field.name === name))
    : [...fields].sort((one, other) => Number(other.required) - Number(one.required));

export function RecordForm({ description, action, row, initial, names = {}, only, onDone, onCancel }: Props) {
  const client = useQueryClient();
  const texts = useText();
  const { text, label } = texts;
  const draft = `${description.plural}.${action.name}.${row?.id ?? ""}`;
  const [values, setValues] = useState<Json>(() => readDraft(draft) ?? initial ?? {});
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState("");
  const [alike, setAlike] = useState<LikelyDuplicate[]>([]);
  const tell = useTell();
  const seeking = comparing(description, action, row);
  const [sending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // The same input sent twice makes one record.
  const key = useRef(newId());
  const fields = ordered(action.takes_record ? description.fields : action.fields, only);

  useEffect(() => {
    const path = Object.keys(errors)[0];
    if (path) form.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(path)}"]`)?.focus();
  }, [errors]);

  const change = (next: Json) => {
    setValues(next);
    writeDraft(draft, next);
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };

  const send = async (anyway = false) => {
    setSending(true);
    setErrors({});
    setFailure("");
    setAlike([]);
    try {
      const body = Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
      const path = row ? action.path.replace("{id}", row.id) : action.path;
      const query = { allow_duplicates: anyway || undefined };
      const answer = await call(action.verb, path, { query, body, etag: row?.etag, key: key.current });
      dropDraft(draft);
      if (answer.likely_duplicates?.length)
        tell.noticed(
          <Suspense fallback={null}>
            <Written description={description} alike={answer.likely_duplicates} />
          </Suspense>,
        );
      await changed(client, description.plural, row?.id);
      onDone(answer);
    } catch (problem) {
      if (!isProblem(problem)) throw problem;
      setErrors(fieldErrors(problem, texts));
      const inTheWay = (problem.record as Json)?.likely_duplicates;
      key.current = newId();
      if (inTheWay?.length) {
        setAlike(inTheWay);
        return;
      }
      const shown = Object.keys(problem.errors).every((path) =>
        fields.some((field) => path.split(".")[0] === field.name),
      );
      if (!shown || !Object.keys(problem.errors).length) setFailure(problemText(problem, texts));
    } finally {
      setSending(false);
    }
  };

  const open = fields.filter((field) => field.can_write && !field.read_only);
  // What is filled in already, such as that it was a call, is not where somebody begins; and a list of choices would
  // open by the focus, over the form, and take the Escape that is meant for it.
  const typed = open.filter(({ reference, type, repeated }) => !reference && type !== "ENUM" && !repeated);
  const first = (typed.find((field) => isEmpty(values[field.name])) ?? typed[0])?.name;
  const asked = (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack>
        {alike.length > 0 && (
          <Suspense fallback={null}>
            <Refused description={description} alike={alike} onAnyway={() => send(true)} />
          </Suspense>
        )}
        {failure && (
          <Alert color="red" role="alert">
            {failure}
          </Alert>
        )}
        <Inputs fields={fields} value={values} onChange={change} path="" errors={errors} names={names} focus={first} />
        <Group justify="flex-end" className="form-buttons">
          <Button
            variant="default"
            onClick={() => {
              dropDraft(draft);
              onCancel();
            }}
          >
            {text("form.cancel")}
          </Button>
          <Button type="submit" loading={sending}>
            {label(action.label)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
  if (!seeking) return asked;
  return (
    <div className="compared">
      {asked}
      <Suspense fallback={<section className="alike" />}>
        <Alike description={description} action={seeking} values={values} />
      </Suspense>
    </div>
  );
}
