//! XMP packets (ISO 16684-1), searched for the names of properties: which kinds of facts were in there. No value is kept, and
//! no XML is parsed.

use std::collections::BTreeSet;

use crate::removed::Removed;

/// Names of properties by what they tell, as the schemas of Adobe, IPTC, the Metadata Working Group and Google spell them.
const PROPERTIES: [(&[&str], Removed); 6] = [
    (
        &["GPSLatitude", "GPSLongitude", "Location", ":City", ":State", ":Country", "photoshop:Transmission"],
        Removed::Place,
    ),
    (&["CreateDate", "ModifyDate", "DateCreated", "DateTimeOriginal", "MetadataDate"], Removed::Time),
    (&["SerialNumber"], Removed::SerialNumber),
    (&[":creator", "OwnerName", ":rights", "CreatorContactInfo", ":Credit", "CaptionWriter"], Removed::Owner),
    (&["PersonInImage", "RegionList", "mwg-rs:Name", "PersonDisplayName"], Removed::People),
    (&[":description", ":title", ":subject", ":Headline", "UserComment"], Removed::Comment),
];

/// Bytes of a packet that are searched; what people fill in stands at its beginning.
const SEARCHED_MAX: usize = 1 << 20;

/// A packet, or a part of one.
pub(crate) fn read(packet: &[u8]) -> BTreeSet<Removed> {
    let packet = packet.get(..SEARCHED_MAX).unwrap_or(packet);
    let says = |name: &str| packet.windows(name.len()).any(|window| window == name.as_bytes());
    let told = PROPERTIES.iter().filter(|(names, _)| names.iter().any(|name| says(name))).map(|(_, kind)| *kind);
    told.chain([Removed::EditingHistory]).collect()
}
