/** What colleagues say about a record, the newest last; live, and reached by the address of a single one. */
import { ActionIcon, Button, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { call, type Told } from "@/shared/api/client";
import { useMay, useMe } from "@/shared/api/me";
import type { components } from "@/shared/api/schema";
import { useTitles } from "@/shared/fields/titles";
import { dropDraft, readDraft, writeDraft } from "@/shared/form/drafts";
import { useText } from "@/shared/i18n";
import { Confirm } from "@/shared/ui/confirm";
import { Failed, useTell } from "@/shared/ui/problem";
import { type Draft, draftOf, pieces } from "./mentions";
import { commentsKey, isPlace, placeOf } from "./place";
import { Writer } from "./writer";
import "./comments.css";
import { newId } from "@/shared/new-id";

type Comment = Told<components["schemas"]["Comment"]>;
type Page = { comments: Comment[]; next_page_token: string };
/** The kinds of records that have comments. */
type Resource = "contacts" | "accounts" | "leads" | "opportunities" | "tickets";
type Props = { resource: Resource; id: string };

const PAGE = 30;
const NOTHING: Draft = { text: "", people: {} };

export function Comments({ resource, id }: Props) {
  const { text } = useText();
  const may = useMay();
  const read = useInfiniteQuery({
    queryKey: commentsKey(resource, id),
    queryFn: ({ pageParam, signal }): Promise<Page> =>
      call("GET", `/v1/${resource}/${id}/comments`, { query: { page_size: PAGE, page_token: pageParam }, signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_page_token || undefined,
  });
  const comments = (read.data?.pages ?? []).flatMap((page) => page.comments).reverse();
  const names = useTitles(
    "users",
    comments.map(({ created_by }) => created_by ?? ""),
  );
  const place = useLocation({ select: (location) => location.hash });
  const there = comments.some((comment) => placeOf(comment.id ?? "") === place);
  const sought = isPlace(place);

  const { hasNextPage, isFetching, fetchNextPage } = read;
  useEffect(() => {
    if (sought && !there && hasNextPage && !isFetching) fetchNextPage();
  }, [sought, there, hasNextPage, isFetching, fetchNextPage]);
  useEffect(() => {
    if (!sought || !there) return;
    const comment = document.getElementById(place);
    comment?.scrollIntoView({ block: "center" });
    comment?.focus();
  }, [sought, there, place]);

  return (
    <Paper withBorder p="md" component="section" aria-label={text("comments.title")}>
      <Title order={2} size="h5" mb="xs">
        {text("comments.title")}
      </Title>
      <Stack gap="sm">
        {read.isPending && <Skeleton height={60} />}
        {read.error && <Failed error={read.error} retry={() => read.refetch()} />}
        {hasNextPage && (
          <Button variant="subtle" size="compact-sm" loading={isFetching} onClick={() => fetchNextPage()}>
            {text("comments.earlier")}
          </Button>
        )}
        {read.data && comments.length === 0 && (
          <Text size="sm" c="dimmed">
            {text("comments.none")}
          </Text>
        )}
        {comments.length > 0 && (
          <ol className="comments">
            {comments.map((comment) => (
              <Said
                key={comment.id}
                resource={resource}
                id={id}
                comment={comment}
                author={names[comment.created_by ?? ""] ?? text("comments.somebody")}
                sought={placeOf(comment.id ?? "") === place}
              />
            ))}
          </ol>
        )}
        {may("fields.personal.read") && <NewComment resource={resource} id={id} />}
      </Stack>
    </Paper>
  );
}

function NewComment({ resource, id }: Props) {
  const { text } = useText();
  const name = `comments.${resource}.${id}`;
  const [draft, setDraft] = useState<Draft>(() => readDraft(name) ?? NOTHING);
  // The same comment sent twice is one.
  const key = useRef(newId());
  const change = (next: Draft) => {
    setDraft(next);
    if (next.text) writeDraft(name, next);
    else dropDraft(name);
  };
  const send = useWriting(resource, id, (body: string) =>
    call("POST", `/v1/${resource}/${id}/comments`, { body: { body }, key: key.current }),
  );
  return (
    <Writer
      draft={draft}
      onChange={change}
      onSend={(body) =>
        send.mutate(body, {
          onSuccess: () => {
            key.current = newId();
            change(NOTHING);
          },
        })
      }
      sending={send.isPending}
      action={text("comments.send")}
      hint={text(draft.text ? "comments.draft" : "comments.ctrl_enter")}
    />
  );
}

type SaidProps = Props & { comment: Comment; author: string; sought: boolean };

function Said({ resource, id, comment, author, sought }: SaidProps) {
  const { text, time, ago } = useText();
  const me = useMe();
  const [editing, setEditing] = useState<Draft | null>(null);
  const [removing, setRemoving] = useState(false);
  const path = `/v1/${resource}/${id}/comments/${comment.id}`;
  const etag = comment.etag ?? undefined;
  const save = useWriting(resource, id, (body: string) => call("PATCH", path, { body: { body }, etag }));
  const remove = useWriting(resource, id, () => call("DELETE", path, { etag }));
  const mine = comment.created_by === me.id;
  return (
    <li id={placeOf(comment.id ?? "")} tabIndex={-1} className="comment" data-sought={sought || undefined}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" fw={600}>
          {author}
        </Text>
        <Group gap={4} wrap="nowrap">
          {comment.created_at && (
            <Text size="xs" c="dimmed" component="time" dateTime={comment.created_at} title={time(comment.created_at)}>
              {ago(comment.created_at)}
              {comment.etag !== "1" && ` · ${text("comments.edited")}`}
            </Text>
          )}
          {mine && !editing && (
            <>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={text("comments.edit")}
                onClick={() => setEditing(draftOf(comment.body ?? ""))}
              >
                <IconPencil size={14} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={text("comments.delete")}
                onClick={() => setRemoving(true)}
              >
                <IconTrash size={14} />
              </ActionIcon>
            </>
          )}
        </Group>
      </Group>
      {editing ? (
        <Writer
          draft={editing}
          onChange={setEditing}
          onSend={(body) => save.mutate(body, { onSuccess: () => setEditing(null) })}
          sending={save.isPending}
          action={text("comments.save")}
          autoFocus
        >
          <Button size="xs" variant="default" onClick={() => setEditing(null)}>
            {text("form.cancel")}
          </Button>
        </Writer>
      ) : (
        <Text size="sm" className="comment-body">
          {pieces(comment.body ?? "").map((piece, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
            <span key={index} className={piece.userId && "mention"} data-me={piece.userId === me.id || undefined}>
              {piece.text}
            </span>
          ))}
        </Text>
      )}
      {removing && (
        <Confirm
          title={text("comments.delete")}
          message={text("comments.delete_ask")}
          action={text("comments.delete")}
          running={remove.isPending}
          onConfirm={() => remove.mutate("", { onSettled: () => setRemoving(false) })}
          onClose={() => setRemoving(false)}
        />
      )}
    </li>
  );
}

/** A change of the comments on a record, which are read again after it. */
function useWriting(resource: string, id: string, mutationFn: (body: string) => Promise<unknown>) {
  const client = useQueryClient();
  const tell = useTell();
  return useMutation({
    mutationFn,
    onError: tell.failed,
    onSettled: () => client.invalidateQueries({ queryKey: commentsKey(resource, id) }),
  });
}
