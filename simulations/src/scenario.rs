//! Scenarios are data: what the network is like, what goes wrong, what is written, and who is dishonest.

use serde::Deserialize;

/// A scenario as its file has it. Times are virtual.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What happens, for people.
    pub story: String,
    /// How many nodes: at least and at most. Each seed draws its own number, small ones more often.
    pub nodes: (u64, u64),
    /// How long things go wrong and people write.
    pub duration_s: u64,
    /// How long the network may then take to come to rest.
    pub rest_s: u64,
    /// The wires.
    pub link: Link,
    /// What goes wrong.
    #[serde(default)]
    pub faults: Faults,
    /// What is written.
    pub load: Load,
    /// Who is dishonest, one node each.
    #[serde(default)]
    pub dishonest: Vec<Vice>,
}

/// What a wire does.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// From one end to the other, at least and at most.
    pub latency_ms: (u64, u64),
    /// Percent of packets that are lost. Gossip loses the message; a stream sends again and is late.
    pub loss: u64,
    /// Percent of gossip messages that come twice.
    pub duplicates: u64,
    /// Whether messages are gossiped at all.
    pub has_gossip: bool,
}

/// What goes wrong while people write.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// How often the network falls into two parts, for a while.
    pub partitions: u64,
    /// How often a connection breaks.
    pub broken_links: u64,
    /// How often a node loses power and comes back.
    pub crashes: u64,
    /// Clocks are wrong by up to this much.
    pub skew_s: u64,
    /// A node that comes back from an old backup once everything was quiet.
    pub has_old_backup: bool,
    /// A node that is admitted when half of the time has passed.
    pub has_late_joiner: bool,
    /// In so many runs of a hundred the governors expel a member while what it says is on its way.
    pub expulsions: u64,
    /// What is wrong with the surroundings of honest machines. No scenario has this; it shows that checks can fail.
    #[serde(skip)]
    pub planted: Option<Planted>,
}

/// A fault in what surrounds honest machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// The first partition never ends.
    LastingPartition,
    /// Disks say that something is durable when it is not.
    LyingDisks,
    /// Nodes hand sealed payloads to everybody.
    OpenDoors,
    /// Nobody is told which sealed payloads wait for it.
    SilentHosts,
    /// Whose word counts is judged once and never again.
    HastyJudges,
    /// What is withdrawn is kept.
    LongMemories,
    /// What is withdrawn from some is forgotten by all.
    WideErasures,
    /// What is withdrawn from some is kept by them too.
    StubbornLosers,
    /// Rotations of keys are forgotten at every restart.
    LostRotations,
    /// One node is told of an expulsion and does not listen.
    DeafNode,
}

/// What is written.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Acts of writing, of each node.
    pub writes: u64,
    /// Of a hundred of these, so many move audiences, keys and who may speak.
    #[serde(default)]
    pub changes: u64,
}

/// What a dishonest node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vice {
    /// Writes two branches and shows one to some and the other to the rest.
    Equivocates,
    /// Shows all but the end of what it has.
    WithholdsTail,
    /// Sends old messages again and again.
    Replays,
    /// Claims more than it has, and gives nothing.
    LiesAboutHeads,
    /// Sends more than anybody can use.
    Floods,
    /// Changes payloads on their way.
    SpoilsPayloads,
    /// Changes signatures on their way.
    BreaksSignatures,
    /// Calls payloads erased that are not.
    CallsErased,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The scenarios of this crate, with their names.
    pub fn all() -> Vec<(&'static str, &'static str)> {
        vec![
            ("calm-3", include_str!("../scenarios/calm-3.toml")),
            ("lossy", include_str!("../scenarios/lossy.toml")),
            ("lossy-30", include_str!("../scenarios/lossy-30.toml")),
            ("partition-and-heal", include_str!("../scenarios/partition-and-heal.toml")),
            ("gossip-off", include_str!("../scenarios/gossip-off.toml")),
            ("late-joiner", include_str!("../scenarios/late-joiner.toml")),
            ("restore-old-backup", include_str!("../scenarios/restore-old-backup.toml")),
            ("equivocator", include_str!("../scenarios/equivocator.toml")),
            ("liar", include_str!("../scenarios/liar.toml")),
            ("changing-hands", include_str!("../scenarios/changing-hands.toml")),
        ]
    }

    /// A scenario of this crate.
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = Self::all().into_iter().find(|(known, _)| *known == name)?;
        Self::parse(text).ok()
    }
}
