/** A lead: who it is, in which status it was how long, and the way to a customer. */

import { Button, Paper, Skeleton, Stack, Text, Timeline, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmailsTo } from "@/features/emails/emails-to";
import { SEND_EMAIL, WriteEmail } from "@/features/emails/write-email";
import { TasksAbout } from "@/features/tasks/tasks-about";
import { api, data } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { recordKey } from "@/shared/api/records";
import { Comments } from "@/shared/comments/comments";
import { actionOf, type Field, fieldOf, shown } from "@/shared/describe";
import { useTitles } from "@/shared/fields/titles";
import { enumLabel } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { useDescribedRecord } from "@/shared/record/described-record";
import { Fields, RecordHeader } from "@/shared/record/record-page";
import { Failed } from "@/shared/ui/problem";
import { Conversion } from "./conversion";

/** Actions that this page shows itself. */
const OWN = ["convert", "preview_conversion", SEND_EMAIL];

export default function Lead({ id }: { id: string }) {
  const { text, label } = useText("leads");
  const { description, read } = useDescribedRecord("leads", id);
  const may = useMay();
  const [converting, setConverting] = useState(false);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={400} />;
  const { record: lead, names } = read.data;
  const convert = actionOf(description, "convert");
  const status = fieldOf(description, "status");
  const others = { ...description, actions: description.actions.filter(({ name }) => !OWN.includes(name)) };
  const only = description.fields.filter((field) => shown(field) && field.name !== "display_name");
  return (
    <Stack className="page">
      <RecordHeader
        description={others}
        record={lead}
        names={names}
        tools={
          lead.status !== "CONVERTED" && (
            <>
              <WriteEmail description={description} record={lead} />
              {convert && <Button onClick={() => setConverting(true)}>{label(convert.label)}</Button>}
            </>
          )
        }
      />
      <div className="record">
        <Paper withBorder p="md">
          <Fields description={description} record={lead} names={names} only={only.map(({ name }) => name)} />
        </Paper>
        <Stack>
          {may("tasks.read") && <TasksAbout field="lead_id" id={id} initial={{}} names={{ [id]: lead.display_name }} />}
          {may("activities.read") && <EmailsTo leadId={id} />}
          <Comments resource="leads" id={id} />
          <Title order={2} size="h5">
            {text("leads.history")}
          </Title>
          {status && <History id={id} status={status} />}
        </Stack>
      </div>
      {converting && convert && (
        <Conversion lead={lead} names={names} action={convert} onClose={() => setConverting(false)} />
      )}
    </Stack>
  );
}

const PAGE = 200;
const DAY_S = 86_400;

/** The last statuses of the lead, newest first. */
function History({ id, status }: { id: string; status: Field }) {
  const texts = useText("leads");
  const { text, time } = texts;
  const changes = useQuery({
    queryKey: [...recordKey("leads", id), "status changes"],
    queryFn: async ({ signal }) => {
      const params = { path: { lead_id: id }, query: { page_size: PAGE } };
      return (await data(api.GET("/v1/leads/{lead_id}/status_changes", { params, signal }))).status_changes;
    },
  });
  const people = useTitles(
    "users",
    (changes.data ?? []).map(({ changed_by }) => changed_by),
  );
  if (changes.error) return <Failed error={changes.error} retry={() => changes.refetch()} />;
  if (!changes.data) return <Skeleton height={120} />;
  if (!changes.data.length) {
    return (
      <Text size="sm" c="dimmed">
        {text("leads.unchanged")}
      </Text>
    );
  }
  return (
    <Timeline bulletSize={14} lineWidth={2} active={changes.data.length}>
      {[...changes.data].reverse().map((change) => (
        <Timeline.Item key={change.id}>
          <Text fw={500}>{change.to_status && enumLabel(status, change.to_status, texts)}</Text>
          <Text size="xs" c="dimmed">
            {change.changed_at && time(change.changed_at)}
            {people[change.changed_by] && ` · ${people[change.changed_by]}`}
            {change.from_status &&
              ` · ${text("leads.stayed", {
                status: enumLabel(status, change.from_status, texts),
                days: Math.floor(change.seconds_in_from_status / DAY_S),
              })}`}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
