//! Standings as numbers in rows.

use trust::Standing;

pub(crate) const fn code(standing: Standing) -> u8 {
    match standing {
        Standing::Unknown => 0,
        Standing::Revoked => 1,
        Standing::Disputed => 2,
        Standing::Lapsed => 3,
        Standing::Pending => 4,
        Standing::Verified => 5,
    }
}

pub(crate) const fn from_code(code: u8) -> Standing {
    match code {
        1 => Standing::Revoked,
        2 => Standing::Disputed,
        3 => Standing::Lapsed,
        4 => Standing::Pending,
        5 => Standing::Verified,
        _ => Standing::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_is_read_back_from_its_number() {
        use Standing::{Disputed, Lapsed, Pending, Revoked, Unknown, Verified};
        for standing in [Unknown, Revoked, Disputed, Lapsed, Pending, Verified] {
            assert_eq!(from_code(code(standing)), standing);
        }
        assert_eq!(from_code(200), Unknown, "a number of newer software vouches for nobody");
    }
}
