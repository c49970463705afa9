/** The products of a deal, with what they come to. */
import { ActionIcon, Button, Group, NumberInput, Paper, Stack, Table, Text } from "@mantine/core";
import { IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, data, type Json } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { type Row, useUpdate } from "@/shared/api/records";
import { actionOf, type Description, type Field, fieldOf } from "@/shared/describe";
import { ReferenceInput } from "@/shared/fields/reference-input";
import { useText } from "@/shared/i18n";
import { newId } from "@/shared/new-id";
import { useTell } from "@/shared/ui/problem";
import { digitsOf, linesTotal, lineTotal } from "./lines";

type Props = { description: Description; deal: Row };

export function Lines({ description, deal }: Props) {
  const { text } = useText("opportunities");
  const [editing, setEditing] = useState(false);
  const field = fieldOf(description, "lines");
  if (!field?.can_read) return null;
  const may = field.can_write && Boolean(actionOf(description, "update"));
  if (editing) return <Editor field={field} deal={deal} onClose={() => setEditing(false)} />;
  return (
    <Stack>
      <LinesTable field={field} lines={deal.lines ?? []} />
      {may && (
        <Button
          variant="default"
          leftSection={<IconPencil size={14} />}
          onClick={() => setEditing(true)}
          style={{ alignSelf: "flex-start" }}
        >
          {text("deals.edit_lines")}
        </Button>
      )}
    </Stack>
  );
}

const labelled = (field: Field, name: string) => field.fields.find((part) => part.name === name);

function Head({ field, editing }: { field: Field; editing?: boolean }) {
  const { label } = useText("opportunities");
  const names = ["product_id", "quantity", "unit_price", "discount_percent", "total"];
  return (
    <Table.Thead>
      <Table.Tr>
        {names.map((name, index) => (
          <Table.Th key={name} ta={index ? "right" : undefined}>
            {label(labelled(field, name)?.label ?? {})}
          </Table.Th>
        ))}
        {editing && <Table.Th w={40} />}
      </Table.Tr>
    </Table.Thead>
  );
}

function Foot({ lines, editing }: { lines: readonly Json[]; editing?: boolean }) {
  const { text, money } = useText("opportunities");
  const total = linesTotal(lines);
  return (
    <Table.Tfoot>
      <Table.Tr>
        <Table.Th colSpan={4} ta="right">
          {text("deals.lines_total")}
        </Table.Th>
        <Table.Th ta="right" className="amount">
          {total ? money(total.amount, total.currency) : "—"}
        </Table.Th>
        {editing && <Table.Th />}
      </Table.Tr>
    </Table.Tfoot>
  );
}

function LinesTable({ field, lines }: { field: Field; lines: readonly Json[] }) {
  const { text, money, number } = useText("opportunities");
  if (!lines.length) {
    return (
      <Text size="sm" c="dimmed">
        {text("deals.no_lines")}
      </Text>
    );
  }
  return (
    <Paper withBorder className="scroll-x">
      <Table>
        <Head field={field} />
        <Table.Tbody>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
            <Table.Tr key={index}>
              <Table.Td>{line.description}</Table.Td>
              <Table.Td ta="right">{number(Number(line.quantity))}</Table.Td>
              <Table.Td ta="right" className="amount">
                {line.unit_price ? money(line.unit_price.amount, line.unit_price.currency) : "—"}
              </Table.Td>
              <Table.Td ta="right">
                {number(Number(line.discount_percent) / 100, { style: "percent", maximumFractionDigits: 2 })}
              </Table.Td>
              <Table.Td ta="right" className="amount">
                {line.total ? money(line.total.amount, line.total.currency) : "—"}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Foot lines={lines} />
      </Table>
    </Paper>
  );
}

type Draft = Json & { key: string };

function Editor({ field, deal, onClose }: { field: Field; deal: Row; onClose: () => void }) {
  const { text, label, money } = useText("opportunities");
  const tell = useTell();
  const update = useUpdate("opportunities");
  // What is saved replaces the lines that stood here when editing began, not those of a later change.
  const [base] = useState(deal);
  const [lines, setLines] = useState<Draft[]>(() =>
    (base.lines?.length ? base.lines : [{}]).map((line: Json) => ({ ...line, key: newId() })),
  );
  const product = labelled(field, "product_id");
  const replace = (key: string, next: Json) =>
    setLines((now) => now.map((line) => (line.key === key ? { ...line, ...next } : line)));

  const choose = async (key: string, id: string | null) => {
    replace(key, { product_id: id, description: "", unit_price: null });
    if (!id) return;
    try {
      const { name, price } = await data(api.GET("/v1/products/{id}", { params: { path: { id } } }));
      replace(key, { description: name, unit_price: price });
    } catch (problem) {
      // The price is looked up to show it; the server takes the product's own if none is sent.
      if (!isProblem(problem)) throw problem;
    }
  };
  const save = () =>
    update.mutate(
      {
        row: base,
        values: {
          lines: lines
            .filter(({ product_id }) => product_id)
            .map(({ key: _key, total: _total, unit_price, ...line }) => ({
              ...line,
              ...(unit_price && { unit_price }),
            })),
        },
      },
      { onSuccess: onClose, onError: tell.failed },
    );
  return (
    <Stack>
      <Paper withBorder className="scroll-x">
        <Table>
          <Head field={field} editing />
          <Table.Tbody>
            {lines.map((line) => {
              const total = lineTotal(line);
              return (
                <Table.Tr key={line.key}>
                  <Table.Td miw={220}>
                    {product && (
                      <ReferenceInput
                        field={product}
                        value={line.product_id || null}
                        name={line.description}
                        onChange={(id) => choose(line.key, id)}
                      />
                    )}
                  </Table.Td>
                  {(["quantity", "unit_price", "discount_percent"] as const).map((name) => (
                    <Table.Td key={name} miw={110}>
                      <NumberInput
                        aria-label={label(labelled(field, name)?.label ?? {})}
                        hideControls
                        min={0}
                        max={name === "discount_percent" ? 100 : undefined}
                        disabled={name === "unit_price" && !line.unit_price}
                        decimalScale={name === "unit_price" && line.unit_price ? digitsOf(line.unit_price.currency) : 4}
                        value={name === "unit_price" ? (line.unit_price?.amount ?? "") : (line[name] ?? "")}
                        placeholder={name === "quantity" ? "1" : name === "discount_percent" ? "0" : undefined}
                        onChange={(value) =>
                          replace(line.key, {
                            [name]:
                              name === "unit_price"
                                ? { ...line.unit_price, amount: String(value || 0) }
                                : String(value),
                          })
                        }
                      />
                    </Table.Td>
                  ))}
                  <Table.Td ta="right" className="amount">
                    {total === null ? "—" : money(total, line.unit_price.currency)}
                  </Table.Td>
                  <Table.Td>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={text("field.remove")}
                      onClick={() => setLines(lines.filter(({ key }) => key !== line.key))}
                    >
                      <IconTrash size={16} />
                    </ActionIcon>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
          <Foot lines={lines} editing />
        </Table>
      </Paper>
      <Group>
        <Button
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => setLines([...lines, { key: newId() }])}
        >
          {text("deals.add_line")}
        </Button>
        <Button onClick={save} loading={update.isPending}>
          {text("form.save")}
        </Button>
        <Button variant="default" onClick={onClose}>
          {text("form.cancel")}
        </Button>
      </Group>
    </Stack>
  );
}
