//! The virtual world: a clock, a queue of what will happen, nodes and wires.

use std::{collections::BTreeMap, rc::Rc};

use feed::{Input, Peer};
use protocol::payload::control::Place;

use crate::{
    chance::Chance,
    member::Founding,
    node::{Node, Task},
    scenario::Scenario,
    shelf::Signatures,
    truth::Truth,
    wires::Wire,
};

/// When a run begins, in milliseconds since 1970.
const EPOCH_MS: u64 = 1_790_000_000_000;
/// How often a node is told that time passed.
const TICK_MS: u64 = 250;
/// How often it is looked whether the network has come to rest.
const LOOK_MS: u64 = 5_000;
/// How long the network is watched once it rests.
const WATCH_MS: u64 = 60_000;

/// Something that will happen.
#[derive(Debug)]
pub(crate) enum Event {
    Tick { node: usize, incarnation: u64 },
    Synced { node: usize, incarnation: u64 },
    Frame { from: usize, to: usize, generation: u64, bytes: Vec<u8> },
    Gossip { from: usize, to: usize, bytes: Rc<Vec<u8>> },
    Connect { one: usize, other: usize },
    Break { one: usize, other: usize },
    Write { node: usize },
    Crash { node: usize },
    Restart { node: usize },
    Part,
    Heal,
    BackUp { node: usize },
    Restore { node: usize },
    Admit { node: usize },
    Expel,
    Misbehave { node: usize },
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What must not happen and did.
    pub violations: Vec<String>,
    /// The run as a story.
    pub log: Vec<String>,
    /// Its size.
    pub figures: Figures,
}

/// The size of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Nodes.
    pub nodes: usize,
    /// Entries that all honest nodes hold in the end, counted once.
    pub entries: usize,
    /// Virtual time.
    pub virtual_ms: u64,
    /// From the end of all faults until all held the same.
    pub settled_ms: u64,
    /// Frames that were sent.
    pub frames: u64,
    /// Effects of one input, at most.
    pub effects_max: usize,
    /// Tasks that waited in one node, at most.
    pub waiting_max: usize,
    /// Frames sent while the network was watched at rest.
    pub frames_at_rest: u64,
}

/// All there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) scenario: Scenario,
    pub(crate) chance: Chance,
    pub(crate) now_ms: u64,
    pub(crate) founding: Founding,
    pub(crate) nodes: Vec<Node>,
    pub(crate) by_peer: BTreeMap<Peer, usize>,
    pub(crate) wires: BTreeMap<(usize, usize), Wire>,
    /// The nodes on one side, while the network is in two parts.
    pub(crate) island: Option<Vec<usize>>,
    /// Whom the governors expelled.
    pub(crate) expelled: Option<usize>,
    /// The last of its entries that counts, if the governors named one.
    pub(crate) expelled_last: Option<Place>,
    /// Whether things still go wrong.
    pub(crate) is_rough: bool,
    pub(crate) truth: Truth,
    pub(crate) log: Vec<String>,
    pub(crate) figures: Figures,
    queue: BTreeMap<(u64, u64), Event>,
    tie: u64,
}

/// Plays a scenario.
pub fn run(scenario: &Scenario, seed: u64) -> Outcome {
    let mut world = World::new(scenario.clone(), seed);
    world.plan();
    world.play_until(scenario.duration_s * 1_000);
    world.calm_down();
    let settled = world.settle();
    world.figures.virtual_ms = world.now_ms;
    world.judge(settled);
    let World { truth, log, figures, .. } = world;
    Outcome { violations: truth.violations.into_iter().collect(), log, figures }
}

impl World {
    fn new(scenario: Scenario, seed: u64) -> Self {
        let mut chance = Chance::of(seed);
        let count = usize::try_from(size(scenario.nodes, &mut chance)).unwrap_or_default();
        let (founding, members) = Founding::of(count, scenario.faults.has_late_joiner, &mut chance);
        let honest = count - scenario.dishonest.len().min(count);
        let signatures = Signatures::default();
        let nodes: Vec<Node> = members
            .into_iter()
            .enumerate()
            .map(|(index, member)| {
                let vice = index.checked_sub(honest).and_then(|vice| scenario.dishonest.get(vice)).copied();
                Node::of(member, vice, &founding.papers, signatures.clone(), scenario.faults.planted)
            })
            .collect();
        let by_peer = nodes.iter().enumerate().map(|(index, node)| (node.member.peer, index)).collect();
        let figures = Figures { nodes: count, ..Figures::default() };
        Self {
            scenario,
            chance,
            now_ms: 0,
            founding,
            nodes,
            by_peer,
            wires: BTreeMap::new(),
            island: None,
            expelled: None,
            expelled_last: None,
            is_rough: true,
            truth: Truth::default(),
            log: Vec::new(),
            figures,
            queue: BTreeMap::new(),
            tie: 0,
        }
    }

    /// Puts something in the queue.
    pub(crate) fn schedule(&mut self, in_ms: u64, event: Event) {
        self.tie += 1;
        self.queue.insert((self.now_ms + in_ms, self.tie), event);
    }

    /// What a node's clock shows.
    pub(crate) fn clock_of(&self, node: usize) -> u64 {
        EPOCH_MS + self.now_ms + self.nodes[node].skew_ms
    }

    /// Adds a line to the story.
    pub(crate) fn tell(&mut self, node: usize, what: &str) {
        let (minutes, seconds) = (self.now_ms / 60_000, (self.now_ms % 60_000) as f64 / 1_000.0);
        let name = &self.nodes[node].member.name;
        self.log.push(format!("{minutes:02}:{seconds:06.3}  {name} {what}"));
    }

    pub(crate) fn play_until(&mut self, end_ms: u64) {
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= end_ms) {
            let ((at_ms, _), event) = entry.remove_entry();
            self.now_ms = at_ms;
            self.happen(event);
        }
        self.now_ms = end_ms;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Tick { node, incarnation } if self.nodes[node].incarnation == incarnation => {
                self.schedule(TICK_MS, Event::Tick { node, incarnation });
                self.give(node, Task::Hear(Input::Tick));
            }
            Event::Synced { node, incarnation } if self.nodes[node].incarnation == incarnation => self.synced(node),
            Event::Tick { .. } | Event::Synced { .. } => {}
            Event::Frame { from, to, generation, bytes } => self.arrive(from, to, generation, &bytes),
            Event::Gossip { from, to, bytes } => self.overhear(from, to, bytes),
            Event::Connect { one, other } => self.connect(one, other),
            Event::Break { one, other } => self.cut(one, other),
            Event::Write { node } => self.give(node, Task::Write),
            Event::Crash { node } => self.crash(node),
            Event::Restart { node } => self.start(node),
            Event::Part => self.part(),
            Event::Heal => self.heal(),
            Event::BackUp { node } => self.nodes[node].disk.back_up(),
            Event::Restore { node } => self.restore(node),
            Event::Admit { node } => self.admit(node),
            Event::Expel => self.expel(),
            Event::Misbehave { node } => self.misbehave(node),
        }
    }

    /// Starts a node from its disk.
    pub(crate) fn start(&mut self, node: usize) {
        if self.nodes[node].exchange.is_some() {
            return;
        }
        let clock = self.clock_of(node);
        self.nodes[node].start(clock, &self.founding.known);
        let incarnation = self.nodes[node].incarnation;
        let first_ms = self.chance.below(TICK_MS);
        self.schedule(first_ms, Event::Tick { node, incarnation });
        self.tell(node, "starts.");
        self.dial(node);
    }

    /// Waits until all honest nodes hold the same. Returns what still differs at the end of patience.
    fn settle(&mut self) -> Vec<String> {
        let calm_ms = self.now_ms;
        let end_ms = calm_ms + self.scenario.rest_s * 1_000;
        loop {
            self.play_until(self.now_ms + LOOK_MS);
            let differences = self.differences();
            if differences.is_empty() {
                let settled_ms = self.now_ms - calm_ms;
                let before = self.figures.frames;
                self.play_until(self.now_ms + WATCH_MS);
                if self.differences().is_empty() {
                    self.figures.settled_ms = settled_ms;
                    self.figures.frames_at_rest = self.figures.frames - before;
                    return Vec::new();
                }
            }
            if self.now_ms >= end_ms {
                return differences;
            }
        }
    }
}

/// A number of nodes: each seed its own, small ones more often.
const fn size((low, high): (u64, u64), chance: &mut Chance) -> u64 {
    let (one, other, third) = (chance.between((low, high)), chance.between((low, high)), chance.between((low, high)));
    let smaller = if one < other { one } else { other };
    if smaller < third { smaller } else { third }
}
