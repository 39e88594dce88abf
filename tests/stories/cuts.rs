//! The power goes, at any moment; what was acknowledged is there when it is back.

use std::time::Duration;

use crate::{
    chance::{Chance, times},
    disk::Disk,
    founding::found,
    house::House,
    posting::{Acknowledged, Posting},
    seats::Seats,
    visitor::Visitor,
    waiting::wait_until,
};

/// One hospital alone: nobody else could give back what its disk lost.
#[test]
fn nothing_acknowledged_is_lost_when_the_power_goes() {
    let cuts = times("CONSILIUM_CUTS", 30);
    let mut chance = Chance::of("when_the_power_goes");
    let _seats = Seats::take(1);
    let directory = tempfile::tempdir().unwrap();
    let mut disk = Disk::make(directory.path(), "disk-0");
    let mut house = House::make("Hospital A", &disk.root().join("A"));
    // The disk is small.
    house.configure("storage", "free_bytes_min", 8 << 20);
    house.configure("storage", "ballast_bytes", 1 << 20);
    found(std::slice::from_ref(&house), directory.path());
    house.serve();
    wait_until("the hospital is ready", || house.is_ready());
    house.employ("keller", "Dr. Ida Keller", "physician");

    let mut acknowledged: Vec<Acknowledged> = Vec::new();
    for round in 0..cuts {
        let posting = Posting::begin(&house, "keller", round);
        posting.wait_for(chance.below(12));
        chance.let_pass(Duration::from_millis(200));
        house.hold();
        let cut = disk.as_cut_now(&format!("disk-{}", round + 1));
        house.kill();
        acknowledged.extend(posting.end());

        let after = cut.mount();
        house = house.moved_to(&after.root().join("A"));
        disk = after;
        house.serve();
        wait_until("the hospital is ready, with nothing unsent", || house.is_ready());
        let keller = Visitor::sign_in(&house, "keller");
        for posted in &acknowledged {
            let shown = house.case(&posted.case).unwrap_or_else(|| panic!("cut {round}: {posted:?} is lost"));
            assert_eq!(shown["title"], *posted.title);
            if posted.has_picture {
                let picture = keller.get(&format!("/cases/{}/pictures/1", posted.case));
                assert_eq!(picture.status, 200, "cut {round}: the picture of {posted:?} is lost");
            }
        }
        house.assert_sound();
    }
    house.stop();
}
