//! Tables and index are damaged between two runs; the node builds them again from its journals.

use crate::{files::Damage, founding::Network, waiting::wait_until};

/// What a node shows of its case does not depend on what its derived files held.
fn survives_damage_of(part: &str) {
    let network = Network::of(1);
    let [a] = network.houses();
    a.employ("keller", "Dr. Ida Keller", "physician");
    let case = a.post("keller", "Still here", "A word to be found: quokkapox.", "network");
    a.comment("keller", &case, "An answer to oneself.");
    let house_case = &a.post("keller", "For us", "Of the house: xylofluorosis.", "house");
    wait_until("both are found", || a.finds("quokkapox", &case) && a.finds("xylofluorosis", house_case));
    let before = (a.case(&case), a.case(house_case), a.status()["entries"].clone());

    for damage in Damage::ALL {
        for is_in_order in [true, false] {
            if is_in_order {
                a.stop()
            } else {
                a.kill()
            }
            damage.to(&a.network_directory(part));
            a.serve();
            wait_until(&format!("the node is ready after {part} were {damage:?}"), || a.is_ready());
            assert_eq!((a.case(&case), a.case(house_case), a.status()["entries"].clone()), before, "{part} {damage:?}");
            wait_until(&format!("words are found after {part} were {damage:?}"), || {
                a.finds("quokkapox", &case) && a.finds("xylofluorosis", house_case)
            });
        }
    }
    a.assert_sound();
    a.post("keller", "And on", "Writing goes on as well.", "network");
}

#[test]
fn damaged_tables_are_built_again() {
    survives_damage_of("tables");
}

#[test]
fn a_damaged_index_is_built_again() {
    survives_damage_of("index");
}
