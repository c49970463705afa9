/** The stages in their order: dragged by mouse or touch, moved by arrow keys or by a menu, changed where they stand. */
import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  MouseSensor,
  TouchSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { ActionIcon, Menu, MultiSelect, NumberInput, Paper, Select, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconDots, IconGripVertical, IconTrash } from "@tabler/icons-react";
import { type KeyboardEvent, useState } from "react";
import { type Description, type Field, shown } from "@/shared/describe";
import { enumLabel } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { isLast, moved, type Stage, type StageType } from "./stages";

type Props = {
  /** What the contract says of stages. */
  field: Field | undefined;
  /** What the contract says of deals, whose fields a stage may ask for. */
  deals: Description;
  stages: Stage[];
  counts?: ReadonlyMap<string, number>;
  may: boolean;
  onChange: (stages: Stage[]) => void;
  onRemove: (stage: Stage) => void;
};

export function Arrangement({ field, deals, stages, counts, may, onChange, onRemove }: Props) {
  const { text } = useText("pipelines");
  const [said, setSaid] = useState("");
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 4 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 150, tolerance: 8 } }),
  );
  const placeOf = (key: unknown) => stages.findIndex((stage) => stage.key === key);
  const move = (from: number, to: number) => {
    const stage = stages[from];
    if (!stage || to < 0 || to >= stages.length) return;
    onChange(moved(stages, from, to));
    setSaid(text("pipeline.moved", { stage: stage.name, place: to + 1, count: stages.length }));
  };
  const onDragEnd = ({ active, over }: DragEndEvent) => over && move(placeOf(active.id), placeOf(over.id));
  return (
    <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={onDragEnd}>
      <ol className="stages">
        {stages.map((stage, place) => (
          <StageRow
            key={stage.key}
            field={field}
            deals={deals}
            stage={stage}
            count={stage.id ? counts?.get(stage.id) : undefined}
            only={isLast(stages, stage)}
            may={may}
            first={place === 0}
            last={place === stages.length - 1}
            onMove={(step) => move(place, place + step)}
            onChange={(next) => onChange(stages.map((one) => (one.key === stage.key ? { ...one, ...next } : one)))}
            onRemove={() => onRemove(stage)}
          />
        ))}
      </ol>
      <div className="visually-hidden" role="status">
        {said}
      </div>
    </DndContext>
  );
}

const STEPS: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };
const TYPES: readonly StageType[] = ["OPEN", "WON", "LOST"];
/** Fields of a deal that it has whatever happens, so that to ask for them would say nothing. */
const ALWAYS_SET = new Set(["stage_id", "pipeline_id", "name", "status"]);

type RowProps = {
  field: Field | undefined;
  deals: Description;
  stage: Stage;
  count: number | undefined;
  /** Whether there is no other of its type. */
  only: boolean;
  may: boolean;
  first: boolean;
  last: boolean;
  onMove: (step: number) => void;
  onChange: (next: Partial<Stage>) => void;
  onRemove: () => void;
};

function StageRow({ field, deals, stage, count, only, may, first, last, onMove, onChange, onRemove }: RowProps) {
  const texts = useText("pipelines");
  const { text, label, number } = texts;
  const drag = useDraggable({ id: stage.key, disabled: !may });
  const drop = useDroppable({ id: stage.key });
  const part = (name: string) => field?.fields.find((candidate) => candidate.name === name);
  const title = (name: string) => label(part(name)?.label ?? {});
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    onMove(step);
  };
  const categories = part("forecast_category");
  const typeField = part("type");
  const required = deals.fields.filter((one) => shown(one) && one.can_write && !ALWAYS_SET.has(one.name));
  const open = stage.type === "OPEN";
  return (
    <Paper
      ref={drop.setNodeRef}
      withBorder
      p="sm"
      component="li"
      aria-label={stage.name || text("pipeline.new_stage")}
      className="stage"
      data-over={(drop.isOver && !drag.isDragging) || undefined}
    >
      <div
        ref={drag.setNodeRef}
        className="stage-row"
        style={drag.transform ? { transform: `translateY(${drag.transform.y}px)`, zIndex: 2 } : undefined}
      >
        {may && (
          <ActionIcon
            {...drag.listeners}
            variant="subtle"
            color="gray"
            className="stage-grip"
            aria-label={text("pipeline.drag", { stage: stage.name })}
            aria-roledescription={text("pipeline.drag_role")}
            onKeyDown={onKeyDown}
          >
            <IconGripVertical size={16} />
          </ActionIcon>
        )}
        <div className="stage-inputs">
          <TextInput
            label={title("name")}
            value={stage.name}
            onChange={(event) => onChange({ name: event.currentTarget.value })}
            maxLength={100}
            readOnly={!may}
            autoFocus={may && !stage.id && stage.name === ""}
            inputWrapperOrder={["label", "input", "description", "error"]}
            description={count !== undefined && text("pipeline.deals", { count, shown: number(count) })}
            required
          />
          {typeField && (
            <Select
              label={label(typeField.label)}
              data={TYPES.map((type) => ({ value: type, label: enumLabel(typeField, type, texts) }))}
              value={stage.type}
              onChange={(type) => type && onChange({ type: type as StageType, forecast_category: null })}
              allowDeselect={false}
              readOnly={!may}
              disabled={may && only}
            />
          )}
          <NumberInput
            label={title("probability")}
            value={stage.type === "WON" ? 100 : stage.type === "LOST" ? 0 : (stage.probability ?? "")}
            onChange={(value) => onChange({ probability: value === "" ? null : Number(value) })}
            min={0}
            max={100}
            suffix=" %"
            readOnly={!may}
            disabled={may && !open}
          />
          {open && (
            <NumberInput
              label={title("max_age_days")}
              value={stage.max_age_days ?? ""}
              onChange={(value) => onChange({ max_age_days: value === "" ? null : Number(value) })}
              min={1}
              max={3650}
              allowDecimal={false}
              readOnly={!may}
            />
          )}
          {open && categories && (
            <Select
              label={label(categories.label)}
              data={categories.values
                .filter(({ name }) => name !== "CLOSED")
                .map(({ name, label: names }) => ({ value: name, label: label(names) }))}
              value={stage.forecast_category}
              onChange={(forecast_category) => onChange({ forecast_category })}
              readOnly={!may}
            />
          )}
          <MultiSelect
            className="stage-required"
            label={title("required_fields")}
            data={[
              ...required.map(({ name, label: names }) => ({ value: name, label: label(names) })),
              ...stage.required_fields
                .filter((name) => !required.some((one) => one.name === name))
                .map((name) => ({ value: name, label: name })),
            ]}
            value={stage.required_fields}
            onChange={(required_fields) => onChange({ required_fields })}
            maxValues={20}
            readOnly={!may}
            searchable
          />
        </div>
        {may && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={text("pipeline.more", { stage: stage.name })}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconArrowUp size={14} />} disabled={first} onClick={() => onMove(-1)}>
                {text("pipeline.up")}
              </Menu.Item>
              <Menu.Item leftSection={<IconArrowDown size={14} />} disabled={last} onClick={() => onMove(1)}>
                {text("pipeline.down")}
              </Menu.Item>
              <Menu.Item leftSection={<IconTrash size={14} />} color="red" disabled={only} onClick={onRemove}>
                {text(only ? "pipeline.only_one" : "pipeline.remove_action")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
    </Paper>
  );
}
