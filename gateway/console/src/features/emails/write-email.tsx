/** The button and the dialog with which a person is written to; what is typed is kept until it is sent. */
import { Alert, Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "@/shared/api/client";
import { changed, type Row } from "@/shared/api/records";
import { type Action, actionOf, type Description } from "@/shared/describe";
import { dropDraft, readDraft, writeDraft } from "@/shared/form/drafts";
import { useSubmit } from "@/shared/form/submit";
import { useText } from "@/shared/i18n";
import { newId } from "@/shared/new-id";
import { useTell } from "@/shared/ui/problem";

/** The name of the action of contacts and leads. */
export const SEND_EMAIL = "send_email";

const LONGEST_SUBJECT = 300;
const LONGEST_BODY = 50_000;

/** The key belongs to what is written: the same e-mail sent again, be it after a reload, is one. */
type Draft = { to: string; subject: string; body: string; key: string };
type Props = { description: Description; record: Row };

/** A contact has several addresses, the primary one of which repeats as `email`; a lead has one. */
function addressesOf(record: Row): string[] {
  const listed: { address: string }[] = record.emails ?? [];
  return [...new Set([record.email, ...listed.map(({ address }) => address)])].filter(Boolean);
}

/** Nothing for whoever may not write, or where there is no address. */
export function WriteEmail({ description, record }: Props) {
  const { label } = useText("emails");
  const [writing, setWriting] = useState(false);
  const action = actionOf(description, SEND_EMAIL);
  const addresses = addressesOf(record);
  if (!action || addresses.length === 0) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconMail size={14} />} onClick={() => setWriting(true)}>
        {label(action.label)}
      </Button>
      {writing && <Writing record={record} action={action} addresses={addresses} onClose={() => setWriting(false)} />}
    </>
  );
}

type WritingProps = { record: Row; action: Action; addresses: string[]; onClose: () => void };

function Writing({ record, action, addresses, onClose }: WritingProps) {
  const { text, label } = useText("emails");
  const client = useQueryClient();
  const tell = useTell();
  const kept = `${action.path}.${record.id}`;
  const [draft, setDraft] = useState<Draft>(() => {
    const before: Draft | null = readDraft(kept);
    const to = addresses.find((address) => address === before?.to) ?? addresses[0] ?? "";
    return { subject: "", body: "", key: newId(), ...before, to };
  });
  const change = (next: Partial<Draft>) => {
    const written = { ...draft, ...next, key: newId() };
    setDraft(written);
    writeDraft(kept, written);
  };
  const send = () => {
    const { key, ...body } = draft;
    return call(action.verb, action.path.replace("{id}", record.id), { body, key });
  };
  const form = useSubmit(send, () => {
    dropDraft(kept);
    tell.done(text("emails.queued", { address: draft.to }));
    onClose();
    changed(client, "activities");
  }, ["to", "subject", "body"]);
  const fieldLabel = (name: string) => {
    const field = action.fields.find((candidate) => candidate.name === name);
    return field ? label(field.label) : name;
  };
  return (
    <Modal opened onClose={onClose} title={`${label(action.label)}: ${record.display_name}`} size="lg">
      <form onSubmit={form.submit} noValidate>
        <Stack>
          {form.failure && (
            <Alert color="red" role="alert">
              {form.failure}
            </Alert>
          )}
          <Select
            label={fieldLabel("to")}
            data={addresses}
            value={draft.to}
            onChange={(to) => to && change({ to })}
            allowDeselect={false}
            error={form.error("to")}
          />
          <TextInput
            label={fieldLabel("subject")}
            value={draft.subject}
            onChange={({ currentTarget: { value } }) => change({ subject: value })}
            maxLength={LONGEST_SUBJECT}
            error={form.error("subject")}
            required
            data-autofocus
          />
          <Textarea
            label={fieldLabel("body")}
            description={text("emails.answers")}
            value={draft.body}
            onChange={({ currentTarget: { value } }) => change({ body: value })}
            maxLength={LONGEST_BODY}
            autosize
            minRows={10}
            maxRows={20}
            error={form.error("body")}
            required
          />
          <Group justify="flex-end" className="form-buttons">
            <Button
              variant="default"
              onClick={() => {
                dropDraft(kept);
                onClose();
              }}
            >
              {text("form.cancel")}
            </Button>
            <Button
              type="submit"
              loading={form.sending}
              disabled={!draft.subject.trim() || !draft.body.trim()}
              leftSection={<IconMail size={14} />}
            >
              {text("emails.send")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
