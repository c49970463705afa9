/** Rows of a resource in a table that draws only what is on the screen, however many there are. */
import { Checkbox, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type Dispatch, type SetStateAction, useCallback, useEffect, useMemo, useRef } from "react";
import { usePreferences } from "@/shared/api/preferences";
import type { Row } from "@/shared/api/records";
import { type Description, type Field, fieldOf } from "@/shared/describe";
import type { Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { type Cells, TableRow } from "./row";

const ROW_PX = { COMFORTABLE: 41, COMPACT: 31 };
const CARD_PX = 76;
const AHEAD = 15;

export type TableProps = {
  description: Description;
  columns: readonly string[];
  rows: Row[];
  names: Names;
  orderBy: string;
  onSort: (orderBy: string) => void;
  selected: ReadonlySet<string>;
  onSelect: Dispatch<SetStateAction<ReadonlySet<string>>>;
  /** Asked for when the last rows come into sight. */
  onEnd: () => void;
  cells?: Cells;
};

const widthOf = (field: Field, title: boolean, drawn: boolean): string => {
  if (drawn) return "minmax(200px, 1fr)";
  if (title) return "minmax(220px, 2fr)";
  if (field.type === "BOOLEAN") return "90px";
  return field.multiline ? "minmax(200px, 2fr)" : "minmax(130px, 1fr)";
};

export function Table(props: TableProps) {
  const { description, columns, rows, names, orderBy, onSort, selected, onSelect, onEnd, cells } = props;
  const { text, label } = useText();
  const viewport = useRef<HTMLDivElement>(null);
  const fields = useMemo(
    () => columns.map((name) => fieldOf(description, name)).filter((field) => field !== undefined),
    [columns, description],
  );
  const rowPx = ROW_PX[usePreferences()?.effective?.density ?? "COMFORTABLE"];
  const narrow = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const template = [
    "40px",
    ...fields.map((field) => widthOf(field, field.name === description.title_field, Boolean(cells?.[field.name]))),
  ].join(" ");
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => (narrow ? CARD_PX : rowPx),
    overscan: AHEAD,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length && last >= rows.length - AHEAD) onEnd();
  }, [last, rows.length, onEnd]);

  // Rows are placed anew when their height has changed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: measuring depends on nothing else
  useEffect(() => virtual.measure(), [narrow, rowPx]);

  const toggle = useCallback(
    (id: string) =>
      onSelect((before) => {
        const next = new Set(before);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [onSelect],
  );
  const all = rows.length > 0 && rows.every((row) => selected.has(row.id));
  return (
    <div
      className="table"
      ref={viewport}
      role="table"
      aria-rowcount={rows.length + 1}
      aria-label={label(description.plural_label)}
    >
      <div className="table-head" role="row" style={{ gridTemplateColumns: narrow ? "40px 1fr" : template }}>
        <div role="columnheader">
          <Checkbox
            size="xs"
            aria-label={text("list.select_all")}
            checked={all}
            indeterminate={!all && selected.size > 0}
            onChange={() => onSelect(new Set(all ? [] : rows.map((row) => row.id)))}
          />
        </div>
        {(narrow ? fields.slice(0, 1) : fields).map((field) => (
          <Head key={field.name} field={field} orderBy={orderBy} onSort={onSort} />
        ))}
      </div>
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const row = rows[item.index] as Row;
          return (
            <TableRow
              key={row.id}
              {...{ description, fields, row, names, cells, narrow, template }}
              index={item.index}
              start={item.start}
              height={narrow ? CARD_PX : rowPx}
              selected={selected.has(row.id)}
              onToggle={toggle}
            />
          );
        })}
      </div>
    </div>
  );
}

function Head({ field, orderBy, onSort }: { field: Field; orderBy: string; onSort: (orderBy: string) => void }) {
  const { label } = useText();
  const title = label(field.label);
  const up = orderBy === field.name;
  const down = orderBy === `-${field.name}`;
  return (
    <div role="columnheader" aria-sort={up ? "ascending" : down ? "descending" : undefined}>
      {field.sortable ? (
        <UnstyledButton className="sort" onClick={() => onSort(up ? `-${field.name}` : down ? "" : field.name)}>
          {title}
          {up && <IconArrowUp size={13} />}
          {down && <IconArrowDown size={13} />}
        </UnstyledButton>
      ) : (
        title
      )}
    </div>
  );
}
