/** Creates a record, or takes the input of an action; the fields come from the contract. */
import { Alert, Button, Group, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Json } from "@/shared/api/client";
import { call } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { changed, type Row } from "@/shared/api/records";
import type { Action, Description, Field } from "@/shared/describe";
import { type Errors, Inputs } from "@/shared/fields/input";
import { isEmpty, type Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { newId } from "@/shared/new-id";
import { fieldErrors, problemText } from "@/shared/ui/problem";
import { dropDraft, readDraft, writeDraft } from "./drafts";

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

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSending(true);
    setErrors({});
    setFailure("");
    try {
      const body = Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
      const path = row ? action.path.replace("{id}", row.id) : action.path;
      const answer = await call(action.verb, path, { body, etag: row?.etag, key: key.current });
      dropDraft(draft);
      await changed(client, description.plural, row?.id);
      onDone(answer);
    } catch (problem) {
      if (!isProblem(problem)) throw problem;
      setErrors(fieldErrors(problem, texts));
      const shown = Object.keys(problem.errors).every((path) =>
        fields.some((field) => path.split(".")[0] === field.name),
      );
      if (!shown || !Object.keys(problem.errors).length) setFailure(problemText(problem, texts));
      key.current = newId();
    } finally {
      setSending(false);
    }
  };

  const open = fields.filter((field) => field.can_write && !field.read_only);
  // What is filled in already, such as that it was a call, is not where somebody begins; and a list of choices would
  // open by the focus, over the form, and take the Escape that is meant for it.
  const typed = open.filter(({ reference, type, repeated }) => !reference && type !== "ENUM" && !repeated);
  const first = (typed.find((field) => isEmpty(values[field.name])) ?? typed[0])?.name;
  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack>
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
}
