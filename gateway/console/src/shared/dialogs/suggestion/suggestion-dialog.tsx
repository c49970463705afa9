/** The form of a proposal: the fields of a record that the person reads, with the values that they should have. */
import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { call, type Json } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { type Field, shown } from "@/shared/describe";
import { type Errors, Inputs } from "@/shared/fields/input";
import { isEmpty } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { newId } from "@/shared/new-id";
import type { SuggestionProps } from "@/shared/record/suggestion";
import { fieldErrors, problemText, useTell } from "@/shared/ui/problem";

const COMMAND = "commands.0.fields.";

/** What may be proposed: whoever decides needs the right to change a field, who proposes only that to read it. */
const proposable = (field: Field): boolean =>
  shown(field) && !field.read_only && !field.immutable && field.type !== "STRUCT" && field.type !== "MAP";

export default function SuggestionDialog({
  description,
  record,
  names,
  title,
  onClose,
}: SuggestionProps & { onClose: () => void }) {
  const texts = useText("suggestion");
  const { text } = texts;
  const client = useQueryClient();
  const tell = useTell();
  const [values, setValues] = useState<Json>(record);
  const [reason, setReason] = useState("");
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState("");
  const [sending, setSending] = useState(false);
  const key = useRef(newId());
  const fields = description.fields.filter(proposable).map((field) => ({ ...field, can_write: true }));
  const differing = fields.filter(
    ({ name }) => values[name] !== record[name] && JSON.stringify(values[name]) !== JSON.stringify(record[name]),
  );

  const send = async (event: FormEvent) => {
    event.preventDefault();
    setSending(true);
    setErrors({});
    setFailure("");
    try {
      const proposed = Object.fromEntries(
        differing.map(({ name, repeated }) => [name, isEmpty(values[name]) ? (repeated ? [] : null) : values[name]]),
      );
      await call("POST", "/v1/proposals", {
        body: {
          commands: [{ resource: description.plural, id: record.id, etag: record.etag, fields: proposed }],
          reason,
        },
        key: key.current,
      });
      await client.invalidateQueries({ queryKey: ["proposals"] });
      tell.done(text("suggest.done"));
      onClose();
    } catch (problem) {
      if (!isProblem(problem)) throw problem;
      key.current = newId();
      const found = Object.entries(fieldErrors(problem, texts)).map(([path, said]) => [
        path.replace(COMMAND, ""),
        said,
      ]);
      setErrors(Object.fromEntries(found));
      const told =
        found.length > 0 && found.every(([path]) => fields.some(({ name }) => name === String(path).split(".")[0]));
      if (!told)
        setFailure(isProblem(problem, "TOO_MANY_PROPOSALS") ? text("suggest.many") : problemText(problem, texts));
    } finally {
      setSending(false);
    }
  };

  return (
    <Modal opened onClose={onClose} title={text("suggest.title", { title })} size="lg">
      <form onSubmit={send} noValidate>
        <Stack>
          <Text size="sm" c="dimmed">
            {text("suggest.what")}
          </Text>
          {failure && (
            <Alert color="red" role="alert">
              {failure}
            </Alert>
          )}
          <Inputs fields={fields} value={values} onChange={setValues} path="" errors={errors} names={names} />
          <Textarea
            label={text("suggest.reason")}
            value={reason}
            maxLength={2000}
            autosize
            minRows={2}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" className="form-buttons">
            <Button variant="default" onClick={onClose}>
              {text("form.cancel")}
            </Button>
            <Button type="submit" loading={sending} disabled={differing.length === 0}>
              {text("suggest.open")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
