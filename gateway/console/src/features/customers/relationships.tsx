/** What an account is to others, said from its end: a list of them, with a line to add one. */
import { ActionIcon, Button, Group, Paper, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { call, type Json } from "@/shared/api/client";
import { changed, type Row, useList } from "@/shared/api/records";
import { actionOf, type Description, fieldOf, useDescription, useSummaries } from "@/shared/describe";
import { ReferenceInput } from "@/shared/fields/reference-input";
import { enumLabel, type Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { newId } from "@/shared/new-id";
import { Failed, useTell } from "@/shared/ui/problem";

const RESOURCE = "account_relationships";
const MOST = 200;

const useMayList = () => useSummaries().some(({ plural, can_list }) => plural === RESOURCE && can_list);

export function Relationships({ account }: { account: string }) {
  const { text } = useText("customers");
  return useMayList() ? (
    <Present account={account} />
  ) : (
    <Text size="sm" c="dimmed">
      {text("customer.not_allowed", { permission: `${RESOURCE}.read` })}
    </Text>
  );
}

function Present({ account }: { account: string }) {
  const { text } = useText("customers");
  const tell = useTell();
  const client = useQueryClient();
  const description = useDescription(RESOURCE);
  const list = useList({
    resource: RESOURCE,
    filter: `from_account_id = ${quoted(account)} OR to_account_id = ${quoted(account)}`,
    orderBy: "kind,-created_at",
    pageSize: MOST,
    expand: ["from_account_id", "to_account_id"],
  });
  const remove = useMutation({
    mutationFn: (row: Row) => call("DELETE", `/v1/${RESOURCE}/${row.id}`, { etag: row.etag }),
    onSettled: (_answer, _error, row) => changed(client, RESOURCE, row.id),
    onError: tell.failed,
  });
  if (list.error) return <Failed error={list.error} retry={() => list.refetch()} />;
  if (!list.data) return null;
  const { rows, names, next } = list.data;
  return (
    <Stack>
      <Lines
        description={description}
        account={account}
        rows={rows}
        names={names}
        remove={actionOf(description, "delete") && remove.mutate}
      />
      {next && (
        <Text size="sm" c="dimmed">
          {text("relationships.more")}
        </Text>
      )}
      {actionOf(description, "create") && <Add key={rows.length} description={description} account={account} />}
    </Stack>
  );
}

/** The same as it was at an earlier time. */
export function RelationshipsThen({ account, profile }: { account: string; profile: Json }) {
  const names = Object.fromEntries((profile?.related_accounts ?? []).map(({ id, name }: Json) => [id, name]));
  return useMayList() ? <Then account={account} rows={profile?.relationships ?? []} names={names} /> : null;
}

function Then(props: { account: string; rows: Row[]; names: Names }) {
  return <Lines description={useDescription(RESOURCE)} {...props} />;
}

type LinesProps = {
  description: Description;
  account: string;
  rows: Row[];
  names: Names;
  remove?: (row: Row) => void;
};

function Lines({ description, account, rows, names, remove }: LinesProps) {
  const texts = useText("customers");
  const { text, date } = texts;
  const field = fieldOf(description, "kind");
  if (!field) return null;
  if (!rows.length) {
    return (
      <Text size="sm" c="dimmed">
        {text("ui.empty")}
      </Text>
    );
  }
  return (
    <Paper withBorder>
      {rows.map((row) => {
        const own = row.from_account_id === account;
        const kind = enumLabel(field, own ? row.kind : row.inverse_kind, texts);
        const other = own ? row.to_account_id : row.from_account_id;
        const time = [row.start_date, row.end_date].some(Boolean)
          ? `${row.start_date ? date(row.start_date) : ""} – ${row.end_date ? date(row.end_date) : ""}`.trim()
          : "";
        return (
          <Group key={row.id} justify="space-between" wrap="nowrap" px="md" py={8} className="line">
            <Text size="sm" component="div">
              <Text span size="sm" c="dimmed">
                {kind}
              </Text>{" "}
              <Link className="link title" to="/$resource/$id" params={{ resource: "accounts", id: other }}>
                {names[other] ?? "…"}
              </Link>
            </Text>
            <Group gap="xs" wrap="nowrap">
              <Text size="sm" c="dimmed">
                {[row.note, time].filter(Boolean).join(" · ")}
              </Text>
              {remove && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={text("relationships.remove", { kind, name: names[other] ?? "" })}
                  onClick={() => remove(row)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              )}
            </Group>
          </Group>
        );
      })}
    </Paper>
  );
}

function Add({ description, account }: { description: Description; account: string }) {
  const { text, label } = useText("customers");
  const tell = useTell();
  const client = useQueryClient();
  const [kind, setKind] = useState<string | null>(null);
  const [other, setOther] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const create = useMutation({
    mutationFn: () =>
      call("POST", `/v1/${RESOURCE}`, {
        body: { from_account_id: account, kind, to_account_id: other, note },
        key: newId(),
      }),
    onSuccess: () => changed(client, RESOURCE),
    onError: tell.failed,
  });
  const [kinds, accounts, notes] = ["kind", "to_account_id", "note"].map((name) => fieldOf(description, name));
  if (!kinds?.can_write || !accounts?.can_write) return null;
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (kind && other) create.mutate();
  };
  return (
    <form onSubmit={add}>
      <Group align="flex-end">
        <Select
          label={label(kinds.label)}
          data={kinds.values.map((value) => ({ value: value.name, label: label(value.label) }))}
          value={kind}
          onChange={setKind}
          placeholder={text("field.choose")}
          withAsterisk
          searchable
        />
        <ReferenceInput field={accounts} label={label(accounts.label)} value={other} onChange={setOther} />
        {notes?.can_write && (
          <TextInput
            label={label(notes.label)}
            value={note}
            maxLength={notes.limits?.max_length ?? undefined}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        )}
        <Button
          type="submit"
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={!kind || !other}
          loading={create.isPending}
        >
          {text("field.add")}
        </Button>
      </Group>
    </form>
  );
}
