/** The audit trail of all services. */
import { Group, Select, Stack, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useMay } from "@/shared/api/me";
import { useList } from "@/shared/api/records";
import { useSummaries } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { both, quoted } from "@/shared/list/filter";
import { usePageTitle } from "@/shared/ui/page-title";
import { Entries } from "./entries";

const ACTIONS = ["created", "updated", "deleted", "undeleted", "login"];
const SLOW_TYPING_MS = 300;

export default function Audit() {
  const { text, label } = useText("audit");
  const may = useMay();
  const summaries = useSummaries();
  const people = useList({ resource: "users", pageSize: 200, orderBy: "display_name" }, may("users.read"));
  const [actor, setActor] = useState<string | null>(null);
  const [type, setType] = useState<string | null>(null);
  const [action, setAction] = useState<string | null>(null);
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const [record, setRecord] = useState("");
  const [recordId] = useDebouncedValue(record.trim(), SLOW_TYPING_MS);
  const title = text("audit.title");
  usePageTitle(title);
  const filter = both(
    actor ? `actor_id = ${quoted(actor)}` : undefined,
    type ? `record_type = ${quoted(type)}` : undefined,
    action ? `action = ${quoted(action)}` : undefined,
    recordId ? `record_id = ${quoted(recordId)}` : undefined,
    since ? `at >= ${quoted(new Date(`${since}T00:00`).toISOString())}` : undefined,
    until ? `at <= ${quoted(new Date(`${until}T23:59:59`).toISOString())}` : undefined,
  );
  return (
    <Stack className="page">
      <Title order={1} size="h3">
        {title}
      </Title>
      <Group gap="xs" align="flex-end">
        <Select
          label={text("audit.actor")}
          data={people.data?.rows.map((user) => ({ value: user.id, label: user.display_name })) ?? []}
          value={actor}
          onChange={setActor}
          searchable
          clearable
        />
        <Select
          label={text("audit.type")}
          data={summaries.map(({ name, label: names }) => ({ value: name, label: label(names) }))}
          value={type}
          onChange={setType}
          searchable
          clearable
        />
        <Select
          label={text("audit.action")}
          data={ACTIONS.map((value) => ({ value, label: text(`audit.action.${value}`) }))}
          value={action}
          onChange={setAction}
          clearable
        />
        <TextInput
          label={text("audit.record")}
          value={record}
          onChange={(event) => setRecord(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={text("audit.since")}
          value={since}
          onChange={(event) => setSince(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={text("audit.until")}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </Group>
      <Entries filter={filter} />
    </Stack>
  );
}
