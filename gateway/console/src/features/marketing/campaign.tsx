/** One campaign: how far it has come, who is in it, and how it is started, stopped and continued. */

import {
  Alert,
  Button,
  ColorSwatch,
  Group,
  Modal,
  Paper,
  Progress,
  Skeleton,
  Stack,
  Switch,
  Text,
  Title,
} from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconSend } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { call } from "@/shared/api/client";
import { useMay } from "@/shared/api/me";
import { changed, type Row, recordKey, useList } from "@/shared/api/records";
import { type Action, actionOf, type Description, fieldOf, useDescription } from "@/shared/describe";
import { Value } from "@/shared/fields/value";
import { useDialog } from "@/shared/form/dialogs";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { useDescribedRecord } from "@/shared/record/described-record";
import { Fields, RecordHeader } from "@/shared/record/record-page";
import { Failed, useTell } from "@/shared/ui/problem";
import { type Counts, partsOf, waitingOf } from "./progress";

const REFRESH_MS = 3_000;
const MEMBERS = 20;

/** Which step of sending makes sense in which status. */
const STEPS = {
  launch: { status: "DRAFT", icon: IconSend, colour: undefined },
  pause: { status: "SENDING", icon: IconPlayerPause, colour: "orange" },
  resume: { status: "PAUSED", icon: IconPlayerPlay, colour: undefined },
} as const;
type Step = keyof typeof STEPS;
const isStep = (name: string): name is Step => name in STEPS;

export default function Campaign({ id }: { id: string }) {
  const client = useQueryClient();
  const may = useMay();
  const { description, read } = useDescribedRecord("campaigns", id);
  const sending = read.data?.record.status === "SENDING";
  useEffect(() => {
    if (!sending) return;
    const timer = setInterval(() => client.invalidateQueries({ queryKey: recordKey("campaigns", id) }), REFRESH_MS);
    return () => clearInterval(timer);
  }, [client, id, sending]);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={400} />;
  const { record, names } = read.data;
  return (
    <Stack className="page">
      <RecordHeader
        description={description}
        record={record}
        names={names}
        tools={<Steps description={description} campaign={record} />}
        offered={({ name }) => !isStep(name)}
      />
      {record.pause_reason && <Alert color="orange">{record.pause_reason}</Alert>}
      <div className="record">
        <Paper withBorder p="md">
          <Fields description={description} record={record} names={names} />
        </Paper>
        <Stack>
          <Sending campaign={record} />
          {may("campaign_members.read") && <Members campaign={record} />}
        </Stack>
      </div>
    </Stack>
  );
}

function Steps({ description, campaign }: { description: Description; campaign: Row }) {
  const { label } = useText("marketing");
  const dialog = useDialog<Action>();
  const steps = Object.keys(STEPS).flatMap((name) => {
    const action = actionOf(description, name);
    return action && STEPS[name as Step].status === campaign.status ? [action] : [];
  });
  return (
    <>
      {steps.map((action) => {
        const { icon: Icon, colour } = STEPS[action.name as Step];
        return (
          <Button key={action.name} color={colour} leftSection={<Icon size={16} />} onClick={() => dialog.open(action)}>
            {label(action.label)}
          </Button>
        );
      })}
      {dialog.subject && <Confirm action={dialog.subject} campaign={campaign} onClose={dialog.close} />}
    </>
  );
}

/** Says how many people will get mail, or none any more, before it happens. */
function Confirm({ action, campaign, onClose }: { action: Action; campaign: Row; onClose: () => void }) {
  const { text, label, time } = useText("marketing");
  const client = useQueryClient();
  const tell = useTell();
  const [options, setOptions] = useState<Record<string, boolean>>({});
  const segment = useSegment(action.name === "launch" ? campaign.segment_id : null);
  const run = useMutation({
    mutationFn: () => call("POST", action.path.replace("{id}", campaign.id), { body: options, etag: campaign.etag }),
    onSuccess: async () => {
      onClose();
      await changed(client, "campaigns", campaign.id);
      await changed(client, "campaign_members");
    },
    onError: tell.failed,
  });
  const waiting = waitingOf(campaign.counts as Counts);
  const silent = campaign.channel === "OFFLINE";
  const aimless = action.name === "launch" && !silent && !campaign.segment_id;
  const counting = action.name === "launch" && !silent && !aimless && !segment;
  const told = silent
    ? text("marketing.no_mail")
    : action.name !== "launch"
      ? text(`marketing.confirm.${action.name}`, { count: waiting })
      : segment
        ? text("marketing.confirm.launch", { count: Number(segment.member_count), segment: segment.name })
        : text(aimless ? "marketing.no_segment" : "marketing.counting");
  return (
    <Modal opened onClose={onClose} title={`${label(action.label)}: ${campaign.name}`}>
      <Stack>
        <Text>{told}</Text>
        {segment?.behind_since && (
          <Alert color="yellow">{text("marketing.behind", { time: time(segment.behind_since) })}</Alert>
        )}
        {action.fields
          .filter((field) => field.type === "BOOLEAN" && field.can_write)
          .map((field) => (
            <Switch
              key={field.name}
              label={label(field.label)}
              checked={options[field.name] ?? false}
              onChange={({ currentTarget: { checked } }) => setOptions({ ...options, [field.name]: checked })}
            />
          ))}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {text("form.cancel")}
          </Button>
          <Button loading={run.isPending} disabled={aimless || counting} onClick={() => run.mutate()}>
            {label(action.label)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function useSegment(id: string | null): Row | undefined {
  return useList({ resource: "segments", filter: `id = ${quoted(id ?? "")}`, pageSize: 1 }, Boolean(id)).data?.rows[0];
}

/** The members by what became of the message to each. */
function Sending({ campaign }: { campaign: Row }) {
  const { text, number } = useText("marketing");
  const counts = campaign.counts as Counts;
  const parts = partsOf(counts);
  const total = Number(counts.members);
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="xs">
        {text("marketing.progress")}
      </Title>
      <Progress.Root size="xl">
        {parts.map(({ name, count, colour }) => (
          <Progress.Section
            key={name}
            value={total ? (100 * count) / total : 0}
            color={colour}
            aria-label={`${text(`marketing.part.${name}`)}: ${number(count)}`}
          />
        ))}
      </Progress.Root>
      <Group mt="sm" gap="lg">
        <Figure name={text("marketing.members")} count={total} />
        {parts.map(({ name, count, colour }) => (
          <Figure key={name} name={text(`marketing.part.${name}`)} count={count} colour={colour} />
        ))}
        <Figure name={text("marketing.responded")} count={Number(counts.responded)} />
        <Figure name={text("marketing.unsubscribed")} count={Number(counts.unsubscribed)} />
      </Group>
    </Paper>
  );
}

function Figure({ name, count, colour }: { name: string; count: number; colour?: string }) {
  const { number } = useText("marketing");
  return (
    <div>
      <Text fw={700}>{number(count)}</Text>
      <Group gap={6}>
        {colour && <ColorSwatch size={10} color={`var(--mantine-color-${colour}-6)`} withShadow={false} />}
        <Text size="xs" c="dimmed">
          {name}
        </Text>
      </Group>
    </div>
  );
}

function Members({ campaign }: { campaign: Row }) {
  const { text } = useText("marketing");
  const description = useDescription("campaign_members");
  const filter = `campaign_id = ${quoted(campaign.id)}`;
  const list = useList({ resource: "campaign_members", filter, pageSize: MEMBERS, expand: ["contact_id"] });
  const shown = ["send_state", "status", "skip_reason"].map((name) => fieldOf(description, name));
  return (
    <Paper withBorder p="md" component="section">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {text("marketing.members")}
        </Title>
        <Link className="link" to="/$resource" params={{ resource: "campaign_members" }} search={{ filter }}>
          {text("marketing.all_members")}
        </Link>
      </Group>
      {list.error && <Failed error={list.error} retry={() => list.refetch()} />}
      {list.data?.rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("ui.empty")}
        </Text>
      )}
      {list.data?.rows.map((member) => (
        <Group key={member.id} justify="space-between" wrap="nowrap" py={6} className="line">
          <Link className="link" to="/$resource/$id" params={{ resource: "contacts", id: member.contact_id }}>
            {list.data.names[member.contact_id] ?? "—"}
          </Link>
          <Group gap="xs">
            {shown.map(
              (field) => field && <Value key={field.name} field={field} value={member[field.name]} names={{}} />,
            )}
          </Group>
        </Group>
      ))}
    </Paper>
  );
}
