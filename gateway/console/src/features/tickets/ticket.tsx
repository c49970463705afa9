/** One ticket: the conversation, the answer, the customer, the promised times. */

import { Button, Group, Paper, Progress, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconHandGrab } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { TasksAbout } from "@/features/tasks/tasks-about";
import { call } from "@/shared/api/client";
import { useMay, useMe } from "@/shared/api/me";
import { changed, type Row, useList } from "@/shared/api/records";
import { Comments } from "@/shared/comments/comments";
import { type Action, actionOf, type Description, fieldOf, useDescription } from "@/shared/describe";
import { enumLabel, type Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { useDescribedRecord } from "@/shared/record/described-record";
import { Fields, RecordHeader } from "@/shared/record/record-page";
import { Failed, useTell } from "@/shared/ui/problem";
import { Messages, useConversation } from "./conversation";
import { type Clock, isOpen } from "./deadlines";
import { Due } from "./due";
import { Reply, useReply } from "./reply";
import "./tickets.css";

const DETAILS = [
  "status", "priority", "assignee_id", "team_id", "tags", "number", "type", "product", "channel", "resolution",
  "satisfaction", "created_at", "first_responded_at", "resolved_at", "closed_at", "external_id",
]; // biome-ignore format: one line
const OTHERS = 5;

/** Actions that the status of a ticket gives no sense to are not offered. */
function offeredFor(ticket: Row) {
  const open = isOpen(ticket.status);
  const senseless = open ? ["reopen", "close"] : ticket.status === "CLOSED" ? ["resolve", "close"] : ["resolve"];
  return (action: Action) => !senseless.includes(action.name);
}

export default function Ticket({ id }: { id: string }) {
  const { text } = useText("tickets");
  const { description, read } = useDescribedRecord("tickets", id);
  const may = useMay();
  const conversation = useConversation(id);
  const reply = useReply(id, conversation.data?.messages);
  const mayAnswer = actionOf(useDescription("messages"), "create");
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={400} />;
  const { record, names } = read.data;
  const newer = new Set(reply.newer.map((message) => message.id));
  return (
    <Stack className="page">
      <RecordHeader
        description={description}
        record={record}
        names={names}
        tools={<Take description={description} ticket={record} />}
        offered={offeredFor(record)}
      />
      <div className="ticket">
        <Stack component="section" aria-label={text("tickets.conversation")}>
          {may("messages.read") && <Messages ticket={record} read={conversation} names={names} newer={newer} />}
          {mayAnswer && <Reply kind={description.kind} ticketId={id} reply={reply} />}
          {may("tickets.update") && <Comments resource="tickets" id={id} />}
        </Stack>
        <Stack>
          <Part title="tickets.promises">
            <Promises description={description} ticket={record} />
          </Part>
          <Part title="tickets.customer">
            <Customer ticket={record} names={names} />
          </Part>
          {may("tasks.read") && (
            <Paper withBorder p="md">
              <TasksAbout
                field="ticket_id"
                id={id}
                initial={{ contact_id: record.contact_id, account_id: record.account_id }}
                names={{ ...names, [id]: record.subject }}
              />
            </Paper>
          )}
          <Part title="tickets.details">
            <Fields description={description} record={record} names={names} only={DETAILS} />
          </Part>
        </Stack>
      </div>
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const { text } = useText("tickets");
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="xs">
        {text(title)}
      </Title>
      {children}
    </Paper>
  );
}

/** Gives the ticket to the person who looks at it. */
function Take({ description, ticket }: { description: Description; ticket: Row }) {
  const { text } = useText("tickets");
  const me = useMe();
  const client = useQueryClient();
  const tell = useTell();
  const take = useMutation({
    mutationFn: () =>
      call("POST", `/v1/tickets/${ticket.id}:assign`, { body: { assignee_id: me.id }, etag: ticket.etag }),
    onSuccess: () => changed(client, "tickets", ticket.id),
    onError: tell.failed,
  });
  if (!actionOf(description, "assign") || ticket.assignee_id === me.id || !isOpen(ticket.status)) return null;
  return (
    <Button leftSection={<IconHandGrab size={16} />} loading={take.isPending} onClick={() => take.mutate()}>
      {text("tickets.take")}
    </Button>
  );
}

function Promises({ description, ticket }: { description: Description; ticket: Row }) {
  const texts = useText("tickets");
  const { text, number } = texts;
  const parts = fieldOf(description, "sla_clocks")?.fields ?? [];
  const kind = parts.find(({ name }) => name === "kind");
  const state = parts.find(({ name }) => name === "state");
  const clocks = ticket.sla_clocks as Clock[];
  const hours = (minutes: number) =>
    number(minutes / 60, { style: "unit", unit: "hour", unitDisplay: "short", maximumFractionDigits: 1 });
  if (!clocks.length) {
    return (
      <Text size="sm" c="dimmed">
        {text("tickets.no_promises")}
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      {clocks.map((clock) => {
        const used = Math.min(100, (100 * clock.elapsed_minutes) / Math.max(1, clock.target_minutes));
        return (
          <div key={clock.kind}>
            <Group justify="space-between" mb={4}>
              <Text size="sm">{kind ? enumLabel(kind, clock.kind, texts) : clock.kind}</Text>
              {isOpen(ticket.status) && !clock.stopped_at && clock.state !== "MET" ? (
                <Due clocks={[clock]} />
              ) : (
                <Text size="sm" c={clock.state === "BREACHED" ? "red" : "dimmed"}>
                  {state ? enumLabel(state, clock.state, texts) : clock.state}
                </Text>
              )}
            </Group>
            <Progress
              value={used}
              color={clock.state === "BREACHED" ? "red" : undefined}
              aria-label={kind ? enumLabel(kind, clock.kind, texts) : clock.kind}
            />
            <Text size="xs" c="dimmed">
              {text("tickets.used", { elapsed: hours(clock.elapsed_minutes), target: hours(clock.target_minutes) })}
            </Text>
          </div>
        );
      })}
    </Stack>
  );
}

function Customer({ ticket, names }: { ticket: Row; names: Names }) {
  const { text } = useText("tickets");
  const may = useMay();
  const description = useDescription("tickets");
  const { contact_id, account_id } = ticket;
  return (
    <Stack gap="xs">
      {!contact_id && !account_id && (
        <Text size="sm" c="dimmed">
          {text("tickets.no_customer")}
        </Text>
      )}
      <Fields
        description={description}
        record={ticket}
        names={names}
        only={["contact_id", "account_id", "requester_email", "requester_name"]}
      />
      {contact_id && may("contacts.read") && (
        <Link className="link" to="/$resource/$id" params={{ resource: "contacts", id: contact_id }}>
          {text("tickets.customer_page")}
        </Link>
      )}
      {contact_id && <Others ticket={ticket} />}
    </Stack>
  );
}

/** What else the customer waits for. */
function Others({ ticket }: { ticket: Row }) {
  const { text } = useText("tickets");
  const filter = `contact_id = ${quoted(ticket.contact_id)} AND status != RESOLVED AND status != CLOSED`;
  const list = useList({ resource: "tickets", filter, orderBy: "next_due_at", pageSize: OTHERS + 1 });
  const others = (list.data?.rows ?? []).filter(({ id }) => id !== ticket.id).slice(0, OTHERS);
  if (!others.length) return null;
  return (
    <div>
      <Text size="xs" c="dimmed">
        {text("tickets.others")}
      </Text>
      {others.map((other) => (
        <Group key={other.id} justify="space-between" wrap="nowrap" gap="xs">
          <Link className="link" to="/$resource/$id" params={{ resource: "tickets", id: other.id }}>
            {other.subject}
          </Link>
          <Due clocks={other.sla_clocks as Clock[]} />
        </Group>
      ))}
    </div>
  );
}
