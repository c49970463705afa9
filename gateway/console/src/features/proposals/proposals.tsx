/** Changes that wait for somebody's yes: those to decide, those that the person has proposed, and what became of them. */
import { Alert, Badge, Button, Chip, Group, Modal, Paper, Skeleton, Stack, Text, Textarea, Title } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { call, type Told } from "@/shared/api/client";
import { useMe } from "@/shared/api/me";
import { isProblem } from "@/shared/api/problem";
import { changed } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";
import { useTitles } from "@/shared/fields/titles";
import { useText } from "@/shared/i18n";
import { usePageTitle } from "@/shared/ui/page-title";
import { Failed, useTell } from "@/shared/ui/problem";
import { ChangeOf } from "./change";

export type Proposal = Told<components["schemas"]["Proposal"]>;
type Found = Told<components["schemas"]["ListProposalsResponse"]>;

const PARTS = { decide: { to_decide: true }, mine: { mine: true }, all: {} };
type Part = keyof typeof PARTS;
const COLOURS: Record<string, string> = {
  OPEN: "blue",
  APPLIED: "teal",
  DECLINED: "red",
  OUTDATED: "orange",
};

export default function Proposals() {
  const { text } = useText("proposals");
  const [part, setPart] = useState<Part>("decide");
  const title = text("proposals.title");
  usePageTitle(title);
  const pages = useInfiniteQuery({
    queryKey: ["proposals", part],
    queryFn: ({ pageParam, signal }): Promise<Found> =>
      call("GET", "/v1/proposals", { query: { ...PARTS[part], page_size: 20, page_token: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
  });
  const proposals = pages.data?.pages.flatMap((page) => page.proposals) ?? [];
  const missing = [...new Set(pages.data?.pages.flatMap((page) => page.unavailable_services))];
  const users = useTitles(
    "users",
    proposals.flatMap((one) => [one.created_by, one.decided_by, one.undone_by]),
  );
  return (
    <Stack className="page">
      <Title order={1} size="h3">
        {title}
      </Title>
      <Chip.Group value={part} onChange={(next) => setPart(next as Part)}>
        <Group gap="xs" role="radiogroup" aria-label={text("proposals.parts")}>
          {(Object.keys(PARTS) as Part[]).map((name) => (
            <Chip key={name} value={name} size="xs">
              {text(`proposals.part.${name}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {pages.error && <Failed error={pages.error} retry={() => pages.refetch()} />}
      {missing.length > 0 && (
        <Alert color="yellow">{text("proposals.missing", { services: missing.join(", ") })}</Alert>
      )}
      {pages.isPending && <Skeleton height={200} />}
      {pages.data && proposals.length === 0 && (
        <Text size="sm" c="dimmed">
          {text(`proposals.none.${part}`)}
        </Text>
      )}
      <Stack component="ul" className="lines" aria-label={title}>
        {proposals.map((proposal) => (
          <li key={proposal.id}>
            <One proposal={proposal} users={users} />
          </li>
        ))}
      </Stack>
      {pages.hasNextPage && (
        <Button variant="default" onClick={() => pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
          {text("proposals.more")}
        </Button>
      )}
    </Stack>
  );
}

function One({ proposal, users }: { proposal: Proposal; users: Record<string, string> }) {
  const { text, ago } = useText("proposals");
  const name = (id: string) => users[id] ?? text("proposals.somebody");
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <Text size="sm">
            {text("proposals.by", { author: name(proposal.created_by) })}{" "}
            <Text span c="dimmed" size="xs">
              {proposal.created_at && ago(proposal.created_at)}
            </Text>
          </Text>
          <Badge variant="light" tt="none" color={COLOURS[proposal.state ?? ""] ?? "gray"}>
            {text(`proposals.state.${proposal.state}`)}
          </Badge>
        </Group>
        {proposal.reason && <Text size="sm">{proposal.reason}</Text>}
        {proposal.commands.map((command) => (
          <Suspense key={command.id} fallback={<Skeleton height={60} />}>
            <ChangeOf command={command} />
          </Suspense>
        ))}
        <Outcome proposal={proposal} name={name} />
        <Decisions proposal={proposal} />
      </Stack>
    </Paper>
  );
}

/** What became of it, and until when somebody may decide. */
function Outcome({ proposal, name }: { proposal: Proposal; name: (id: string) => string }) {
  const { text, time, date } = useText("proposals");
  const lines = [
    proposal.state === "OPEN" && proposal.expires_at
      ? text("proposals.until", { date: date(proposal.expires_at.slice(0, 10)) })
      : "",
    proposal.decided_by
      ? text("proposals.decided", { name: name(proposal.decided_by), time: time(proposal.decided_at ?? "") })
      : "",
    proposal.decision_reason,
    proposal.undone_by
      ? text("proposals.undone_by", { name: name(proposal.undone_by), time: time(proposal.undone_at ?? "") })
      : "",
  ].filter(Boolean);
  return lines.map((line) => (
    <Text key={line} size="xs" c="dimmed">
      {line}
    </Text>
  ));
}

/** Why a decision comes too late. */
const OVERTAKEN = ["PROPOSAL_OUTDATED", "PROPOSAL_DECIDED", "TERMS_MISMATCH"];

type Decision = "approve" | "decline" | "withdraw" | "undo";

function Decisions({ proposal }: { proposal: Proposal }) {
  const { text } = useText("proposals");
  const me = useMe();
  const client = useQueryClient();
  const tell = useTell();
  const [declining, setDeclining] = useState(false);
  const decide = useMutation({
    mutationFn: ({ decision, body = {} }: { decision: Decision; body?: object }) =>
      call("POST", `/v1/proposals/${proposal.id}:${decision}`, { body }),
    onSuccess: (_, { decision }) => {
      setDeclining(false);
      tell.done(text(`proposals.done.${decision}`));
    },
    onError: (problem) => {
      if (isProblem(problem, ...OVERTAKEN)) tell.noticed(text(`proposals.problem.${problem.reason}`));
      else tell.failed(problem);
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["proposals"] }),
        ...proposal.commands.map(({ resource, id }) => changed(client, resource, id)),
      ]),
  });
  const open = proposal.state === "OPEN";
  const terms = { terms_hash: proposal.terms_hash };
  const offered: [Decision, boolean, () => void][] = [
    ["approve", open && proposal.may_decide, () => decide.mutate({ decision: "approve", body: terms })],
    ["decline", open && proposal.may_decide, () => setDeclining(true)],
    ["withdraw", open && proposal.created_by === me.id, () => decide.mutate({ decision: "withdraw" })],
    ["undo", proposal.state === "APPLIED" && proposal.may_decide, () => decide.mutate({ decision: "undo" })],
  ];
  return (
    <Group gap="xs">
      {offered.map(
        ([decision, may, run]) =>
          may && (
            <Button
              key={decision}
              size="compact-sm"
              variant={decision === "approve" ? "filled" : "default"}
              loading={decide.isPending && decide.variables.decision === decision}
              onClick={run}
            >
              {text(`proposals.${decision}`)}
            </Button>
          ),
      )}
      {declining && (
        <Decline
          running={decide.isPending}
          onDecline={(reason) => decide.mutate({ decision: "decline", body: { ...terms, reason } })}
          onClose={() => setDeclining(false)}
        />
      )}
    </Group>
  );
}

type DeclineProps = { running: boolean; onDecline: (reason: string) => void; onClose: () => void };

function Decline({ running, onDecline, onClose }: DeclineProps) {
  const { text } = useText("proposals");
  const [reason, setReason] = useState("");
  return (
    <Modal opened onClose={onClose} title={text("proposals.decline_title")}>
      <Stack>
        <Textarea
          label={text("proposals.decline_reason")}
          value={reason}
          maxLength={2000}
          autosize
          minRows={3}
          data-autofocus
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {text("form.cancel")}
          </Button>
          <Button loading={running} onClick={() => onDecline(reason)}>
            {text("proposals.decline")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
