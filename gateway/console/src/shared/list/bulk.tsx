/** What can be done with all selected records: change a field, assign, tag, delete, restore. */
import {
  ActionIcon, Alert, Button, Group, List, Menu, Modal, Progress, Select, Stack, TagsInput, Text,
} from "@mantine/core"; // biome-ignore format: one line
import { IconArrowBackUp, IconEdit, IconTrash, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, Suspense, useState } from "react";
import { call, type Json } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { changed, type Listing, type Row } from "@/shared/api/records";
import { actionOf, type Description, editable, type Field } from "@/shared/describe";
import type { ResourceFeature } from "@/shared/feature";
import { FieldInput } from "@/shared/fields/input";
import { isEmpty } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { problemText, useTell } from "@/shared/ui/problem";
import {
  type Change, isBatched, isDeletedTogether, type OnProgress, pagesOf, type Refused, readAll, updateAll, withEach,
} from "./batch"; // biome-ignore format: one line

/** Records that can be selected at once. */
const MOST = 10_000;
/** Refused records that are named. */
const NAMED = 50;

const OWNERS = ["owner_id", "assignee_id"];

type Props = {
  description: Description;
  listing: Listing;
  /** How many match the list; null while nobody knows. */
  total: number | null;
  /** Those that are loaded. */
  rows: readonly Row[];
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  /** What the resource has beside. */
  tools?: ResourceFeature["selected"];
};

/** What is changed in each record; `to` says what its new value is, given the old one. */
type Edit = { field: Field; to: (value: Json) => Json };
type Running = { done: number; count: number };
type Report = { count: number; refused: (Refused & { title: string })[] };

export function Bulk({ description, listing, total, rows, selected, onSelect, tools: Tools }: Props) {
  const texts = useText();
  const { text, label } = texts;
  const client = useQueryClient();
  const tell = useTell();
  const [running, setRunning] = useState<Running | null>(null);
  const [asking, setAsking] = useState<Ask | null>(null);
  const [report, setReport] = useState<Report | null>(null);
  const { plural, title_field: titleField } = description;
  const ids = [...selected];
  const loaded = new Map(rows.map((row) => [row.id, row]));
  const deleted = ids.filter((id) => loaded.get(id)?.deleted_at);
  const remove = actionOf(description, "delete");
  const undelete = actionOf(description, "undelete");
  const fields = actionOf(description, "update") && isBatched(plural) ? description.fields.filter(settable) : [];
  const owner = fields.find(({ name }) => OWNERS.includes(name));
  const tags = fields.find(({ format, repeated }) => format === "TAG" && repeated);

  /** Does something long, and has lists read anew afterwards. */
  const run = async <T,>(count: number, work: (progress: (done: number) => void) => Promise<T>) => {
    setRunning({ done: 0, count });
    try {
      return await work((done) => setRunning({ done, count }));
    } catch (problem) {
      tell.failed(problem);
    } finally {
      setRunning(null);
      await changed(client, plural);
    }
  };

  const tellOf = (refused: Refused[], count: number, titles: Map<string, string>) => {
    if (!refused.length) return;
    setReport({ count, refused: refused.map((entry) => ({ ...entry, title: titles.get(entry.id) || entry.id })) });
  };

  const titlesOf = (some: readonly Row[]) => new Map(some.map((row) => [row.id, String(row[titleField] ?? "")]));

  const update = (changes: Change[], titles: Map<string, string>, gone: Refused[] = []) =>
    run(changes.length, async (progress) => {
      const outcome = await updateAll(plural, changes, texts, progress);
      tellOf([...outcome.refused, ...gone], changes.length + gone.length, titles);
      return outcome;
    });

  const apply = async ({ field: { name }, to }: Edit) => {
    setAsking(null);
    const before = await run(ids.length, () => readAll(plural, ids));
    if (!before) return;
    const titles = new Map([...titlesOf(rows), ...titlesOf(before)]);
    const present = new Set(before.map(({ id }) => id));
    const gone = ids.filter((id) => !present.has(id)).map((id) => ({ id, reason: text("problem.NOT_FOUND") }));
    const rowsToChange = before
      .map((row) => ({ row, value: to(row[name]) }))
      .filter(({ row, value }) => JSON.stringify(value) !== JSON.stringify(row[name]));
    const outcome = await update(
      rowsToChange.map(({ row: { id, etag }, value }) => ({ id, etag, [name]: value })),
      titles,
      gone,
    );
    const former = rowsToChange.flatMap(({ row }) => {
      const etag = outcome?.etags.get(row.id);
      return etag ? [{ id: row.id, etag, [name]: isEmpty(row[name]) ? null : row[name] }] : [];
    });
    const message = text("bulk.changed", { count: former.length });
    if (former.length) tell.undoable(message, () => update(former, titles));
    else if (outcome && !outcome.refused.length && !gone.length) tell.done(message);
  };

  /** Deletes records or brings them back: with one call for each where there is none for many. */
  const each = (
    some: readonly string[],
    verb: "batchDelete" | "batchUndelete",
    one: (id: string) => Promise<unknown>,
    etags: ReadonlyMap<string, Row> = new Map(),
  ) =>
    run(some.length, async (progress) => {
      const records = some.map((id) => ({ id, etag: etags.get(id)?.etag }));
      const refused = isDeletedTogether(plural)
        ? await withEach(verb, plural, records, texts, progress)
        : await oneByOne(some, one, progress);
      tellOf(refused, some.length, titlesOf(rows));
      const failed = new Set(refused.map(({ id }) => id));
      return some.filter((id) => !failed.has(id));
    });

  const oneByOne = async (some: readonly string[], work: (id: string) => Promise<unknown>, progress: OnProgress) => {
    const refused: Refused[] = [];
    for (const [index, id] of some.entries()) {
      try {
        await work(id);
      } catch (problem) {
        if (!isProblem(problem)) throw problem;
        refused.push({ id, reason: problemText(problem, texts) });
      }
      progress(index + 1);
    }
    return refused;
  };

  const restore = (some: readonly string[]) =>
    each(some, "batchUndelete", (id) => call("POST", `/v1/${plural}/${id}:undelete`, { body: {} }));

  const deleteAll = async () => {
    const live = ids.filter((id) => !deleted.includes(id));
    const one = (id: string) => call("DELETE", `/v1/${plural}/${id}`, { etag: loaded.get(id)?.etag });
    const gone = await each(live, "batchDelete", one, loaded);
    onSelect(new Set());
    if (!gone?.length) return;
    const message = text("list.deleted", { count: gone.length });
    if (undelete) tell.undoable(message, () => restore(gone));
    else tell.done(message);
  };

  const restoreAll = async () => {
    const back = await restore(deleted);
    onSelect(new Set());
    if (back?.length) tell.done(text("bulk.restored", { count: back.length }));
  };

  const most = Math.min(total ?? 0, MOST);
  const selectAll = () =>
    run(most, async (progress) => {
      const all = new Set<string>();
      for await (const page of pagesOf({ ...listing, expand: [], fields: ["id", "etag"] }, MOST)) {
        for (const row of page.rows) all.add(row.id);
        progress(all.size);
      }
      onSelect(all);
    });

  const busy = running !== null;
  return (
    <Group gap="xs" role="toolbar" aria-label={text("bulk.title")}>
      <Text size="sm">{text("list.selected", { count: ids.length })}</Text>
      {!listing.deleted && ids.length >= rows.length && ids.length < most && (
        <Button variant="subtle" size="compact-sm" disabled={busy} onClick={selectAll}>
          {text("bulk.select_matching", { count: most })}
        </Button>
      )}
      {fields.length > 0 && deleted.length < ids.length && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="default" disabled={busy} leftSection={<IconEdit size={16} />}>
              {text("bulk.change")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setAsking({ what: "set" })}>{text("bulk.set")}</Menu.Item>
            {owner && (
              <Menu.Item onClick={() => setAsking({ what: "set", field: owner })}>
                {text("bulk.assign", { field: label(owner.label) })}
              </Menu.Item>
            )}
            {tags && (
              <>
                <Menu.Item onClick={() => setAsking({ what: "add", field: tags })}>{text("bulk.add_tags")}</Menu.Item>
                <Menu.Item onClick={() => setAsking({ what: "remove", field: tags })}>
                  {text("bulk.remove_tags")}
                </Menu.Item>
              </>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      {Tools && !deleted.length && (
        <Suspense fallback={null}>
          <Tools resource={plural} ids={ids} onDone={() => onSelect(new Set())} />
        </Suspense>
      )}
      {undelete && deleted.length > 0 && (
        <Button variant="light" disabled={busy} leftSection={<IconArrowBackUp size={16} />} onClick={restoreAll}>
          {label(undelete.label)}
        </Button>
      )}
      {remove && deleted.length < ids.length && (
        <Button color="red" variant="light" disabled={busy} leftSection={<IconTrash size={16} />} onClick={deleteAll}>
          {text("list.delete")}
        </Button>
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        disabled={busy}
        aria-label={text("list.clear")}
        onClick={() => onSelect(new Set())}
      >
        <IconX size={16} />
      </ActionIcon>
      {running && (
        <Group gap="xs" role="status">
          <Progress
            w={120}
            value={(100 * running.done) / Math.max(running.count, 1)}
            aria-label={text("bulk.progress", running)}
          />
          <Text size="xs" c="dimmed">
            {text("bulk.progress", running)}
          </Text>
        </Group>
      )}
      {asking && (
        <EditDialog ask={asking} fields={fields} count={ids.length} onApply={apply} onClose={() => setAsking(null)} />
      )}
      {report && <ReportDialog report={report} onClose={() => setReport(null)} />}
    </Group>
  );
}

/** Fields that make sense to be the same in many records. */
const settable = (field: Field): boolean =>
  editable(field) && !field.immutable && field.type !== "MESSAGE" && field.name !== "external_id";

type Ask = { what: "set"; field?: Field } | { what: "add" | "remove"; field: Field };

type EditProps = {
  ask: Ask;
  fields: readonly Field[];
  count: number;
  onApply: (edit: Edit) => void;
  onClose: () => void;
};

const TITLES = { set: "bulk.set", add: "bulk.add_tags", remove: "bulk.remove_tags" };

function EditDialog({ ask, fields, count, onApply, onClose }: EditProps) {
  const { text, label } = useText();
  const [field, setField] = useState(ask.field);
  const [value, setValue] = useState<Json>(ask.what === "set" ? null : []);
  const entries = new Set<string>(ask.what === "set" ? [] : value);
  const to = {
    set: () => (isEmpty(value) ? null : value),
    add: (old: string[]) => [...old, ...[...entries].filter((entry) => !old.includes(entry))],
    remove: (old: string[]) => old.filter((entry) => !entries.has(entry)),
  }[ask.what];
  const incomplete = !field || (isEmpty(value) && (field.required || ask.what !== "set"));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (field) onApply({ field, to });
  };
  return (
    <Modal opened onClose={onClose} title={text(TITLES[ask.what])}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {!ask.field && (
            <Select
              label={text("list.field")}
              data={fields.map(({ name, label: names }) => ({ value: name, label: label(names) }))}
              value={field?.name ?? null}
              onChange={(name) => {
                setField(fields.find((candidate) => candidate.name === name));
                setValue(null);
              }}
              searchable
              allowDeselect={false}
              data-autofocus
            />
          )}
          {field && ask.what === "set" && (
            <FieldInput
              key={field.name}
              field={field}
              value={value}
              onChange={setValue}
              path=""
              errors={{}}
              names={{}}
            />
          )}
          {field && ask.what !== "set" && (
            <TagsInput label={label(field.label)} value={value} onChange={setValue} data-autofocus />
          )}
          {field && ask.what === "set" && isEmpty(value) && !field.required && field.type !== "BOOLEAN" && (
            <Text size="sm" c="dimmed">
              {text("bulk.clears")}
            </Text>
          )}
          <Group justify="flex-end" className="form-buttons">
            <Button variant="default" onClick={onClose}>
              {text("form.cancel")}
            </Button>
            <Button type="submit" disabled={incomplete}>
              {text("bulk.apply", { count })}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function ReportDialog({ report: { count, refused }, onClose }: { report: Report; onClose: () => void }) {
  const { text } = useText();
  return (
    <Modal opened onClose={onClose} title={text("bulk.refused", { count, refused: refused.length })} size="lg">
      <Alert color="red" role="alert">
        <List size="sm">
          {refused.slice(0, NAMED).map(({ id, title, reason }) => (
            <List.Item key={id}>
              <b>{title}</b>: {reason}
            </List.Item>
          ))}
        </List>
        {refused.length > NAMED && <Text size="sm">{text("bulk.more", { count: refused.length - NAMED })}</Text>}
      </Alert>
    </Modal>
  );
}
