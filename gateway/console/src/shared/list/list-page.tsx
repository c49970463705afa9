/** The list of any resource: search, filter, columns, sorting, editing in place, selection. */
import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Popover,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
  Tooltip,
} from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconColumns3, IconPlus, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { type Listing, listKey, listPage } from "@/shared/api/records";
import { actionOf, type Description, shown, useDescription } from "@/shared/describe";
import type { Creation, ResourceFeature } from "@/shared/feature";
import { CreateDialog } from "@/shared/form/dialogs";
import { useText } from "@/shared/i18n";
import { usePainted } from "@/shared/timing/timing";
import { Failed } from "@/shared/ui/problem";
import { Views } from "@/shared/views/views";
import { Bulk } from "./bulk";
import { useColumns } from "./columns";
import { ExportButton } from "./export";
import { both } from "./filter";
import { FilterBuilder } from "./filter-builder";
import { useMatching } from "./matching";
import type { Cells } from "./row";
import { Table } from "./table";

/**
 * What the address says of a list, so that it can be sent and kept. Beside the filter and the order there is what the
 * page of a resource keeps: its layout, and what that layout shows.
 */
export type ListSearch = {
  q?: string;
  filter?: string;
  sort?: string;
  layout?: string;
  /** Which part of the records, where the page of a resource offers several. */
  tab?: string;
  /** Shows what was deleted too. */
  deleted?: "yes";
  [own: string]: string | undefined;
};

type Props = {
  resource: string;
  search: ListSearch;
  /** Columns of somebody who has not chosen any. */
  columns?: readonly string[];
  /** What a new record is asked for; everything if absent. */
  creation?: Creation;
  /** Another way to show the same records, such as a board; gets the filter of the list. */
  layout?: (filter: string) => ReactNode;
  /** Beside the buttons of every list. */
  tools?: ReactNode;
  /** Holds always, beside what the person filters by. */
  within?: string;
  /** Between the title and the search: which part of the records is shown. */
  tabs?: ReactNode;
  /** Cells that are drawn otherwise than fields of their type, by field. */
  cells?: Cells;
  /** Beside what can be done with the selected records of every list. */
  selectedTools?: ResourceFeature["selected"];
};

export function ListPage({
  resource,
  search,
  columns: suggested,
  creation,
  layout,
  tools,
  within,
  tabs,
  cells,
  selectedTools,
}: Props) {
  const { text, label } = useText();
  const navigate = useNavigate();
  const description = useDescription(resource);
  const [columns, setColumns] = useColumns(description, suggested);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [creating, setCreating] = useState(false);
  const matching = useMatching(description, search.q);
  const filter = both(within, matching, search.filter);
  const listing: Listing = {
    resource,
    filter,
    orderBy: search.sort,
    deleted: search.deleted === "yes",
    expand: columns.filter((name) => description.fields.some((field) => field.name === name && field.reference)),
  };
  const list = useInfiniteQuery({
    queryKey: [...listKey(listing), "pages"],
    queryFn: ({ pageParam, signal }) => listPage(listing, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
    enabled: !layout && matching !== undefined,
  });
  const total = useQuery({
    queryKey: [...listKey({ resource, filter, deleted: search.deleted === "yes" }), "total"],
    queryFn: ({ signal }) =>
      listPage(
        { resource, filter, deleted: search.deleted === "yes", pageSize: 1, fields: ["id"], total: true },
        "",
        signal,
      ),
    placeholderData: keepPreviousData,
    enabled: matching !== undefined,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows) ?? [], [list.data]);
  const names = useMemo(() => Object.assign({}, ...(list.data?.pages.map((page) => page.names) ?? [])), [list.data]);
  usePainted(layout ? null : "LIST", list.isSuccess && !list.isPlaceholderData);
  const go = (next: ListSearch) => navigate({ to: ".", search: { ...search, ...next }, replace: true });
  const find = useDebouncedCallback((q: string) => go({ q: q || undefined }), 200);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <Stack className="page" gap="sm">
      <Group justify="space-between">
        <Group gap="xs" align="baseline">
          <Title order={1} size="h3">
            {label(description.plural_label)}
          </Title>
          {total.data?.total != null && (
            <Text size="sm" c="dimmed">
              {text("list.count", { count: total.data.total })}
            </Text>
          )}
        </Group>
        <Group gap="xs">
          {tools}
          {actionOf(description, "create") && (
            <Button leftSection={<IconPlus size={16} />} aria-keyshortcuts="n" onClick={() => setCreating(true)}>
              {text("list.new")}
            </Button>
          )}
        </Group>
      </Group>
      {tabs}
      <Group gap="xs">
        <TextInput
          type="search"
          aria-label={text("list.search")}
          aria-keyshortcuts="/"
          placeholder={text("list.search")}
          leftSection={<IconSearch size={16} />}
          defaultValue={search.q ?? ""}
          onChange={(event) => find(event.currentTarget.value)}
          w={240}
        />
        <Views
          resource={resource}
          looking={{ filter: search.filter, order_by: search.sort, columns }}
          onChoose={(view) => {
            setColumns(view?.columns.length ? view.columns : null);
            go({ q: undefined, filter: view?.filter || undefined, sort: view?.order_by || undefined });
          }}
        />
        <FilterBuilder
          description={description}
          filter={search.filter ?? ""}
          onChange={(next) => go({ filter: next || undefined })}
        />
        {!layout && <ColumnChooser description={description} columns={columns} onChange={setColumns} />}
        {!layout && (
          <ExportButton
            description={description}
            listing={listing}
            columns={columns}
            total={total.data?.total ?? null}
          />
        )}
        {!layout && actionOf(description, "undelete") && (
          <Switch
            label={text("list.show_deleted")}
            checked={search.deleted === "yes"}
            onChange={({ currentTarget: { checked } }) => {
              setSelected(new Set());
              go({ deleted: checked ? "yes" : undefined });
            }}
          />
        )}
        {selected.size > 0 && (
          <Bulk
            description={description}
            listing={listing}
            total={total.data?.total ?? null}
            rows={rows}
            selected={selected}
            onSelect={setSelected}
            tools={selectedTools}
          />
        )}
      </Group>
      {layout ? (
        layout(filter)
      ) : list.error && !rows.length ? (
        <Failed error={list.error} retry={() => list.refetch()} />
      ) : !rows.length && list.isSuccess ? (
        <Text c="dimmed" py="xl" ta="center">
          {text(filter ? "list.empty" : "list.empty_new")}
        </Text>
      ) : (
        <Table
          description={description}
          columns={
            search.deleted
              ? [description.title_field, "deleted_at", ...columns.filter((name) => name !== description.title_field)]
              : columns
          }
          rows={rows}
          names={names}
          orderBy={search.sort ?? ""}
          onSort={(sort) => go({ sort: sort || undefined })}
          selected={selected}
          onSelect={setSelected}
          onEnd={onEnd}
          cells={cells}
        />
      )}
      {creating && (
        <CreateDialog
          resource={resource}
          fields={creation?.fields}
          initial={creation?.initial?.(text)}
          onClose={() => setCreating(false)}
          onCreated={(row) => navigate({ to: "/$resource/$id", params: { resource, id: row.id } })}
        />
      )}
    </Stack>
  );
}

type ChooserProps = { description: Description; columns: readonly string[]; onChange: (columns: string[]) => void };

function ColumnChooser({ description, columns, onChange }: ChooserProps) {
  const { text, label } = useText();
  return (
    <Popover position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label={text("list.columns")}>
          <ActionIcon variant="default" size={36} aria-label={text("list.columns")}>
            <IconColumns3 size={16} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown mah={420} style={{ overflow: "auto" }}>
        <Stack gap={6}>
          {description.fields.filter(shown).map((field) => (
            <Checkbox
              key={field.name}
              size="sm"
              label={label(field.label)}
              checked={columns.includes(field.name)}
              onChange={({ currentTarget: { checked } }) =>
                onChange(checked ? [...columns, field.name] : columns.filter((name) => name !== field.name))
              }
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
