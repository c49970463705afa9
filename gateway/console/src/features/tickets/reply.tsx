/** Answers a ticket in public, or notes something for colleagues. */
import { Alert, Button, Group, Paper, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { IconAlertTriangle, IconEye, IconLock, IconMail } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useRef, useState } from "react";
import { api, data } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { changed } from "@/shared/api/records";
import { dropDraft, readDraft, writeDraft } from "@/shared/form/drafts";
import { useText } from "@/shared/i18n";
import { newId } from "@/shared/new-id";
import { Typing } from "@/shared/presence/typing";
import { useTell } from "@/shared/ui/problem";
import { conversationNow, type Message } from "./conversation";
import { newerThan, newestPublic } from "./held";

/** What is being written; `seen` is the newest public message there was when it was begun. */
type Draft = { body: string; internal: boolean; seen: string };

/** What the server takes for the message that somebody has seen who has seen none. */
const NONE_SEEN = "00000000-0000-0000-0000-000000000000";

const EMPTY: Draft = { body: "", internal: false, seen: "" };

/** The draft of an answer, kept in this browser until it is sent. */
export function useReply(ticketId: string, messages: readonly Message[] | undefined) {
  const name = `tickets.reply.${ticketId}`;
  const [draft, setDraft] = useState<Draft>(() => readDraft(name) ?? EMPTY);
  const writing = draft.body.trim() !== "";
  return {
    draft,
    /** Public messages that came in since the writing began. */
    newer: writing && !draft.internal && messages ? newerThan(messages, draft.seen) : [],
    change: (next: Partial<Draft>) => {
      const begun = writing || !messages ? {} : { seen: newestPublic(messages) };
      const whole = { ...draft, ...begun, ...next };
      setDraft(whole);
      if (whole.body) writeDraft(name, whole);
      else dropDraft(name);
    },
    clear: () => {
      setDraft({ ...EMPTY, internal: draft.internal });
      dropDraft(name);
    },
  };
}

type Props = { kind: string; ticketId: string; reply: ReturnType<typeof useReply> };

export function Reply({ kind, ticketId, reply }: Props) {
  const { text } = useText("tickets");
  const client = useQueryClient();
  const tell = useTell();
  const [sending, setSending] = useState(false);
  const [held, setHeld] = useState(false);
  // The same answer sent twice is one message.
  const key = useRef(newId());
  const { draft, newer, change, clear } = reply;

  const send = async (anyway: boolean) => {
    if (!draft.body.trim() || sending) return;
    setSending(true);
    try {
      await data(
        api.POST("/v1/tickets/{ticket_id}/messages", {
          params: {
            path: { ticket_id: ticketId },
            query: draft.internal || anyway ? {} : { last_seen_message_id: draft.seen || NONE_SEEN },
            header: { "Idempotency-Key": key.current },
          },
          body: { body: draft.body, internal: draft.internal },
        }),
      );
      key.current = newId();
      setHeld(false);
      clear();
      tell.done(text(draft.internal ? "tickets.noted" : "tickets.sent"));
      await Promise.all([conversationNow(client, ticketId), changed(client, "tickets", ticketId)]);
    } catch (problem) {
      if (!isProblem(problem, "NEWER_MESSAGE")) return tell.failed(problem);
      setHeld(true);
      await client.invalidateQueries({ queryKey: ["conversation", ticketId] });
    } finally {
      setSending(false);
    }
  };

  const look = () => {
    const first = newer[0];
    if (!first) return;
    setHeld(false);
    change({ seen: newer.at(-1)?.id ?? draft.seen });
    const place = document.getElementById(`message-${first.id}`);
    place?.scrollIntoView({ block: "center" });
    place?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send(false);
  };

  const Icon = draft.internal ? IconLock : IconMail;
  return (
    <Paper withBorder p="sm" className="message" data-side={draft.internal ? "internal" : "us"}>
      <Stack gap="xs">
        <Group justify="space-between">
          <SegmentedControl
            aria-label={text("tickets.kind")}
            value={draft.internal ? "internal" : "public"}
            onChange={(kind) => change({ internal: kind === "internal" })}
            data={["public", "internal"].map((kind) => ({ value: kind, label: text(`tickets.${kind}`) }))}
          />
          <Text size="xs" c="dimmed">
            {text(draft.internal ? "tickets.to_colleagues" : "tickets.to_customer")}
          </Text>
        </Group>
        {newer.length > 0 && (
          <Alert
            color="orange"
            role="alert"
            icon={<IconAlertTriangle size={18} />}
            title={held ? text("tickets.held") : undefined}
          >
            <Group justify="space-between">
              <Text size="sm">{text("tickets.newer", { count: newer.length })}</Text>
              <Group gap="xs">
                <Button size="compact-sm" leftSection={<IconEye size={14} />} onClick={look}>
                  {text("tickets.look")}
                </Button>
                {held && (
                  <Button size="compact-sm" variant="default" loading={sending} onClick={() => send(true)}>
                    {text("tickets.send_anyway")}
                  </Button>
                )}
              </Group>
            </Group>
          </Alert>
        )}
        <Typing kind={kind} id={ticketId} />
        <Textarea
          aria-label={text("tickets.reply")}
          value={draft.body}
          onChange={(event) => change({ body: event.currentTarget.value })}
          onKeyDown={onKeyDown}
          autosize
          minRows={3}
          maxRows={16}
          maxLength={100_000}
        />
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            {text(draft.body ? "tickets.draft" : "tickets.ctrl_enter")}
          </Text>
          <Button
            leftSection={<Icon size={16} />}
            color={draft.internal ? "yellow.8" : undefined}
            loading={sending}
            disabled={!draft.body.trim()}
            onClick={() => send(false)}
          >
            {text(draft.internal ? "tickets.note" : "tickets.send")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
