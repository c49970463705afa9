/** A row of a table, or a card of it on a phone. */
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, memo, type ReactNode, useState } from "react";
import type { Json } from "@/shared/api/client";
import { type Row, useUpdate } from "@/shared/api/records";
import { type Description, editable, type Field } from "@/shared/describe";
import { Star } from "@/shared/favourites/star";
import { FieldInput } from "@/shared/fields/input";
import { isEmpty, type Names, Value } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";

/** Fields of a card beside its title. */
const CARD_FIELDS = 3;

/** How the cells of a field are drawn. */
export type Cells = Readonly<Record<string, (row: Row) => ReactNode>>;

type RowProps = {
  description: Description;
  fields: Field[];
  row: Row;
  names: Names;
  cells?: Cells;
  narrow: boolean;
  /** Widths of the columns. */
  template: string;
  /** Place among the rows, and pixels from their top. */
  index: number;
  start: number;
  height: number;
  selected: boolean;
  onToggle: (id: string) => void;
};

/**
 * Drawn again only if something of it has changed: a list that is scrolled draws what comes into sight. Made of plain
 * elements, because many rows come into sight within a second.
 */
export const TableRow = memo(function TableRow(props: RowProps) {
  const { description, fields, row, names, cells, narrow, template, index, start, height, selected, onToggle } = props;
  const { text } = useText();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={narrow ? "table-row card" : "table-row"}
      data-selected={selected || undefined}
      style={{ gridTemplateColumns: narrow ? undefined : template, transform: `translateY(${start}px)`, height }}
    >
      <div role="cell">
        <input type="checkbox" aria-label={text("list.select")} checked={selected} onChange={() => onToggle(row.id)} />
      </div>
      {(narrow ? cardFields(fields, row) : fields).map((field) => (
        <Cell
          key={field.name}
          description={description}
          field={field}
          row={row}
          names={names}
          draw={cells?.[field.name]}
        />
      ))}
    </div>
  );
});

/** The first field and the next ones that say something of this record. */
const cardFields = ([first, ...rest]: Field[], row: Row): Field[] =>
  first ? [first, ...rest.filter((field) => !isEmpty(row[field.name])).slice(0, CARD_FIELDS)] : [];

type CellProps = { description: Description; field: Field; row: Row; names: Names };

function Cell({ description, field, row, names, draw }: CellProps & { draw?: Cells[string] }) {
  const { text } = useText();
  const [editing, setEditing] = useState(false);
  const isTitle = field.name === description.title_field;
  const value = row[field.name];
  if (editing) return <CellEditor {...{ description, field, row, names }} onClose={() => setEditing(false)} />;
  const inline = editable(field) && field.type !== "MESSAGE";
  return (
    <div
      role="cell"
      onDoubleClick={inline ? () => setEditing(true) : undefined}
      title={inline ? text("list.edit_cell") : undefined}
    >
      {isTitle && !field.reference ? (
        <>
          <Link className="link title" to="/$resource/$id" params={{ resource: description.plural, id: row.id }}>
            {value || "—"}
          </Link>
          <Star description={description} record={row} title={value || "—"} size={14} />
        </>
      ) : (
        <div className="cell">{draw ? draw(row) : <Value field={field} value={value} names={names} />}</div>
      )}
    </div>
  );
}

function CellEditor({ description, field, row, names, onClose }: CellProps & { onClose: () => void }) {
  const update = useUpdate(description.plural);
  const tell = useTell();
  const [value, setValue] = useState<Json>(row[field.name]);
  const save = () => {
    onClose();
    if (JSON.stringify(value) !== JSON.stringify(row[field.name])) {
      update.mutate({ row, values: { [field.name]: value } }, { onError: tell.failed });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !field.multiline) save();
    if (event.key === "Escape") onClose();
  };
  const onBlur = (event: React.FocusEvent<HTMLDivElement>) => {
    // A list of choices opens outside the cell.
    const target = event.relatedTarget as HTMLElement | null;
    if (!event.currentTarget.contains(target) && !target?.closest("[role=listbox]")) save();
  };
  return (
    <div role="cell" className="editing" onKeyDown={onKeyDown} onBlur={onBlur}>
      <FieldInput
        field={field}
        value={value}
        onChange={setValue}
        path={field.name}
        errors={{}}
        names={names}
        autoFocus
        bare
      />
    </div>
  );
}
