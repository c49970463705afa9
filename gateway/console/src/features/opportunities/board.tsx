/** The deals of a pipeline in columns of its stages; a deal is moved by dragging, by keys or by the menu of its card. */
import "./board.css";
import { type Announcements, DndContext, DragOverlay, MeasuringStrategy, useDroppable } from "@dnd-kit/core";
import { Group, Loader, Select, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Group as Total } from "@/shared/api/groups";
import { type Action, actionOf, type Description, fieldOf, useDescription } from "@/shared/describe";
import { ActionDialog, useDialog } from "@/shared/form/dialogs";
import { useText } from "@/shared/i18n";
import type { ListSearch } from "@/shared/list/list-page";
import { usePainted } from "@/shared/timing/timing";
import { Failed } from "@/shared/ui/problem";
import { BoardSkeleton } from "./board-skeleton";
import { Card, CardFace, type Held } from "./card";
import { cardsOf, namesOf, neighboursAt } from "./columns";
import { CARD_PX, type Lane, type Spot, useDragging } from "./dragging";
import { type Pipeline, type Stage, usePipelines } from "./pipelines";
import { withoutStage } from "./stages";
import { useColumn, useMove, useTotals } from "./use-board";

type Props = { filter: string; search: ListSearch };

export default function Board({ filter, search }: Props) {
  const { text } = useText("opportunities");
  const navigate = useNavigate();
  const pipelines = usePipelines();
  if (pipelines.error) return <Failed error={pipelines.error} retry={() => pipelines.refetch()} />;
  if (!pipelines.data) return <BoardSkeleton />;
  const pipeline = pipelines.data.find(({ id }) => id === search.pipeline) ?? pipelines.data[0];
  if (!pipeline) return <Text c="dimmed">{text("ui.empty")}</Text>;
  return (
    <Stack gap="sm">
      {pipelines.data.length > 1 && (
        <Select
          aria-label={text("deals.pipeline")}
          w={240}
          data={pipelines.data.map(({ id, name }) => ({ value: id, label: name }))}
          value={pipeline.id}
          allowDeselect={false}
          onChange={(id) => navigate({ to: ".", search: { ...search, pipeline: id ?? undefined }, replace: true })}
        />
      )}
      <Columns key={pipeline.id} pipeline={pipeline} filter={filter} />
    </Stack>
  );
}

function Columns({ pipeline, filter }: { pipeline: Pipeline; filter: string }) {
  const { text } = useText("opportunities");
  const description = useDescription("opportunities");
  const client = useQueryClient();
  const lose = useDialog<Held & { action: Action }>();
  const move = useMove(filter, pipeline, description);
  const totals = useTotals(filter, pipeline, description);
  const [held, setHeld] = useState<Held | null>(null);
  usePainted("BOARD", totals.isSuccess);
  const open = pipeline.stages.filter(({ type }) => type === "OPEN");
  const targets = targetsOf(pipeline, description);
  const stageOf = (id: unknown): Stage | undefined => targets.find((stage) => stage.id === id);
  const dragging = useDragging(targets, (place, count, stage) => text("deals.at", { place, count, stage }));

  const choose: Choose = ({ card, names, stage: from }, stage, place = 0, lane = []) => {
    const own = lane.findIndex(({ id }) => id === card.id);
    if (stage.id === from.id && place === own) return;
    const action = actionOf(description, "lose");
    if (stage.type === "LOST" && action) lose.open({ card, names, stage, action: withoutStage(action) });
    else move.mutate({ card, stage, names, neighbours: neighboursAt(lane, card, place) });
  };
  const named = (active: { data: { current?: Record<string, unknown> } }) => (active.data.current as Held).card.name;
  const announcements: Announcements = {
    onDragStart: ({ active }) => text("deals.picked_up", { name: named(active) }),
    onDragMove: () => dragging.announced(),
    onDragOver: ({ active, over }) =>
      text("deals.over", { name: named(active), stage: stageOf(over?.id)?.name ?? "—" }),
    onDragEnd: ({ active, over }) =>
      text("deals.dropped", { name: named(active), stage: stageOf(over?.id)?.name ?? "—" }),
    onDragCancel: ({ active }) => text("deals.not_moved", { name: named(active) }),
  };
  const release = () => {
    setHeld(null);
    dragging.forget();
  };
  return (
    <DndContext
      sensors={dragging.sensors}
      collisionDetection={dragging.collisions}
      measuring={{ droppable: { strategy: MeasuringStrategy.Always } }}
      accessibility={{ announcements, screenReaderInstructions: { draggable: text("deals.instructions") } }}
      onDragStart={({ active }) => setHeld(active.data.current as Held)}
      onDragMove={dragging.follow}
      onDragOver={dragging.follow}
      onDragEnd={(event) => {
        const stage = stageOf(event.over?.id);
        const lane = event.over?.data.current as Lane | undefined;
        if (held && stage) choose(held, stage, dragging.spotOf(event)?.place, lane?.cards);
        release();
      }}
      onDragCancel={release}
    >
      <div className="board">
        {open.map((stage) => (
          <StageColumn
            key={stage.id}
            stage={stage}
            filter={filter}
            targets={targets}
            total={totals.data && (totals.data[stage.id] ?? NOTHING)}
            held={held}
            spot={held && dragging.spot?.stageId === stage.id ? dragging.spot : null}
            onChoose={choose}
          />
        ))}
      </div>
      {held && (
        <div className="board-ends">
          {targets
            .filter(({ type }) => type !== "OPEN")
            .map((stage) => (
              <End key={stage.id} stage={stage} />
            ))}
        </div>
      )}
      <DragOverlay dropAnimation={null}>{held && <CardFace {...held} />}</DragOverlay>
      {lose.subject && (
        <ActionDialog
          description={description}
          action={lose.subject.action}
          row={lose.subject.card}
          initial={{ stage_id: lose.subject.stage.id }}
          onClose={lose.close}
          onDone={() => {
            client.invalidateQueries({ queryKey: ["list", "opportunities"] });
            client.invalidateQueries({ queryKey: ["groups", "opportunities"] });
          }}
        />
      )}
    </DndContext>
  );
}

/** The stages that this person may move deals to. */
function targetsOf(pipeline: Pipeline, description: Description): Stage[] {
  const may = {
    OPEN: Boolean(actionOf(description, "update") && fieldOf(description, "stage_id")?.can_write),
    WON: Boolean(actionOf(description, "win")),
    LOST: Boolean(actionOf(description, "lose")),
  };
  return pipeline.stages.filter(({ type }) => type !== null && may[type]);
}

/** Where a deal is dropped that is won or lost. */
function End({ stage }: { stage: Stage }) {
  const { setNodeRef, isOver } = useDroppable({ id: stage.id });
  return (
    <div ref={setNodeRef} className="board-end" data-type={stage.type} data-over={isOver || undefined}>
      <Text fw={600}>{stage.name}</Text>
    </div>
  );
}

const AHEAD = 6;
const NOTHING: Pick<Total, "count" | "count_estimated" | "sums"> = { count: 0, count_estimated: false, sums: [] };

/** Puts a deal into a stage, at a place among its other cards: the top unless one is named. */
type Choose = (held: Held, stage: Stage, place?: number, cards?: Lane["cards"]) => void;

type ColumnProps = {
  stage: Stage;
  filter: string;
  targets: Stage[];
  total: typeof NOTHING | undefined;
  held: Held | null;
  /** Where in this column a card would be dropped now. */
  spot: Spot | null;
  onChoose: Choose;
};

function StageColumn({ stage, filter, targets, total, held, spot, onChoose }: ColumnProps) {
  const column = useColumn(filter, stage.id);
  const viewport = useRef<HTMLDivElement>(null);
  const cards = useMemo(() => cardsOf(column.data), [column.data]);
  const names = useMemo(() => namesOf(column.data), [column.data]);
  const mayOrder = targets.some(({ id }) => id === stage.id);
  const { setNodeRef, isOver } = useDroppable({
    id: stage.id,
    disabled: !mayOrder,
    data: { cards, viewport } satisfies Lane,
  });
  const own = cards.findIndex(({ id }) => id === held?.card.id);
  const virtual = useVirtualizer({
    count: cards.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => CARD_PX,
    getItemKey: (index) => cards[index]?.id ?? index,
    overscan: AHEAD,
    // The card in hand stays, wherever its column is scrolled to: with it the drag would end.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), ...(own < 0 ? [] : [own])])],
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = column;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= cards.length - AHEAD) fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, cards.length]);
  return (
    <section
      ref={setNodeRef}
      className="board-column"
      data-over={isOver || undefined}
      aria-label={stage.name}
      data-stage={stage.name}
    >
      <Head stage={stage} total={total} />
      <div ref={viewport} className="board-cards">
        {column.error && !column.data && <Failed error={column.error} retry={() => column.refetch()} />}
        {column.isPending && <Loader size="sm" m="md" />}
        <ul style={{ height: Math.max(virtual.getTotalSize(), spot ? CARD_PX : 0) }}>
          {items.map(({ index, start }) => {
            const card = cards[index];
            return (
              card && (
                <li key={card.id} style={{ transform: `translateY(${start}px)`, height: CARD_PX }}>
                  <Card
                    held={{ card, names, stage }}
                    targets={targets}
                    place={mayOrder ? index : null}
                    last={cards.length - 1}
                    onPlace={(place) => onChoose({ card, names, stage }, stage, place, cards)}
                    onStage={(target) => onChoose({ card, names, stage }, target)}
                  />
                </li>
              )
            );
          })}
          {spot && spot.place !== own && (
            <li
              aria-hidden
              className="board-spot"
              style={{ top: CARD_PX * (own >= 0 && spot.place > own ? spot.place + 1 : spot.place) }}
            />
          )}
        </ul>
      </div>
    </section>
  );
}

/** The name of a stage, with the number and the worth of all its deals. */
function Head({ stage, total }: { stage: Stage; total: typeof NOTHING | undefined }) {
  const { text, money, number } = useText("opportunities");
  const about = (value: string) => (total?.count_estimated ? text("deals.about", { value }) : value);
  const worth = total?.sums.map(({ sum }) => sum && money(sum.amount, sum.currency, true)).join(" + ");
  return (
    <div className="board-head">
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h6" className="board-title">
          {stage.name}
        </Title>
        <Text size="sm" c="dimmed" className="board-count">
          {total && about(number(total.count))}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" className="board-sum" title={worth}>
        {worth ? about(worth) : total && "—"}
      </Text>
    </div>
  );
}
