//! Words that programs of others plant.

use anonymizer::Removed;

use super::{Bench, Planted, profile, word};

/// Tags of Exif, in all kinds of files.
const EXIF: [(&str, Removed); 27] = [
    ("IFD0:ImageDescription", Removed::Comment),
    ("IFD0:DocumentName", Removed::Comment),
    ("IFD0:PageName", Removed::Comment),
    ("IFD0:Make", Removed::Camera),
    ("IFD0:Model", Removed::Camera),
    ("IFD0:Software", Removed::Camera),
    ("IFD0:UniqueCameraModel", Removed::Camera),
    ("IFD0:CameraSerialNumber", Removed::SerialNumber),
    ("IFD0:HostComputer", Removed::Owner),
    ("IFD0:Artist", Removed::Owner),
    ("IFD0:Copyright", Removed::Owner),
    ("IFD0:XPAuthor", Removed::Owner),
    ("IFD0:XPTitle", Removed::Comment),
    ("IFD0:XPComment", Removed::Comment),
    ("IFD0:OriginalRawFileName", Removed::ProgramData),
    ("IFD0:GDALMetadata", Removed::ProgramData),
    ("ExifIFD:UserComment", Removed::Comment),
    ("ExifIFD:OwnerName", Removed::Owner),
    ("ExifIFD:SerialNumber", Removed::SerialNumber),
    ("ExifIFD:LensModel", Removed::Camera),
    ("ExifIFD:LensSerialNumber", Removed::SerialNumber),
    ("ExifIFD:ImageUniqueID", Removed::SerialNumber),
    ("ExifIFD:SpectralSensitivity", Removed::ProgramData),
    ("ExifIFD:RelatedSoundFile", Removed::ProgramData),
    ("ExifIFD:MakerNoteUnknownText", Removed::MakerNotes),
    ("GPS:GPSProcessingMethod", Removed::Place),
    ("GPS:GPSAreaInformation", Removed::Place),
];

/// Properties of XMP, in all kinds of files.
const XMP: [(&str, Removed); 12] = [
    ("XMP-dc:Creator", Removed::Owner),
    ("XMP-dc:Description", Removed::Comment),
    ("XMP-dc:Rights", Removed::Owner),
    ("XMP-photoshop:City", Removed::Place),
    ("XMP-iptcCore:Location", Removed::Place),
    ("XMP-iptcCore:CreatorWorkEmail", Removed::Owner),
    ("XMP-iptcExt:PersonInImage", Removed::People),
    ("XMP-mwg-rs:RegionName", Removed::People),
    ("XMP-aux:SerialNumber", Removed::SerialNumber),
    ("XMP-aux:OwnerName", Removed::Owner),
    ("XMP-xmpMM:HistoryAction", Removed::EditingHistory),
    ("XMP-xmpMM:DocumentID", Removed::EditingHistory),
];

/// Captions, in JPEG and TIFF; a PNG packs them into a text as hexadecimal digits.
const IPTC: [(&str, Removed); 6] = [
    ("IPTC:By-line", Removed::Owner),
    ("IPTC:City", Removed::Place),
    ("IPTC:Caption-Abstract", Removed::Caption),
    ("IPTC:Headline", Removed::Caption),
    ("IPTC:Contact", Removed::Owner),
    ("IPTC:Keywords", Removed::Caption),
];

/// Texts of a PNG.
const TEXTS: [(&str, Removed); 8] = [
    ("PNG:Author", Removed::Owner),
    ("PNG:Title", Removed::Comment),
    ("PNG:Title-de", Removed::Comment),
    ("PNG:Description", Removed::Comment),
    ("PNG:Copyright", Removed::Owner),
    ("PNG:Software", Removed::Camera),
    ("PNG:Source", Removed::Camera),
    ("PNG:Comment", Removed::Comment),
];

/// Tags of a TIFF that libtiff's own tool sets, by their numbers.
const TIFF: [(&str, Removed); 7] = [
    ("269", Removed::Comment),
    ("270", Removed::Comment),
    ("271", Removed::Camera),
    ("305", Removed::Camera),
    ("315", Removed::Owner),
    ("316", Removed::Owner),
    ("337", Removed::ProgramData),
];

/// The parts of a WebP that webpmux sets.
const WEBP: [(&str, Removed); 3] =
    [("exif", Removed::Camera), ("xmp", Removed::EditingHistory), ("icc", Removed::ColourProfile)];

/// What one run of exiftool does to many files.
#[derive(Default)]
struct Exiftool {
    arguments: String,
    made: Vec<(String, String, String, Removed)>,
}

impl Exiftool {
    /// A file of a kind with a word in a tag.
    fn plant(&mut self, kind: &str, tag: &str, more: &[&str], told: Removed, number: usize) {
        let (file, word) = (format!("e{number}.{kind}"), word(number));
        for argument in ["-q", "-q", "-m", "-o", &file, &format!("-{tag}={word}")].iter().chain(more) {
            self.arguments += &format!("{argument}\n");
        }
        self.arguments += &format!("base.{kind}\n-execute\n");
        self.made.push((format!("{kind}: {tag} {}", more.join(" ")), file, word, told));
    }

    fn run(self, bench: &Bench, planted: &mut Vec<Planted>) {
        bench.write("arguments", self.arguments.as_bytes());
        bench.run("exiftool", &["-@", "arguments"]);
        let made = self.made.into_iter();
        planted.extend(made.map(|(name, file, word, told)| Planted {
            name,
            word,
            bytes: bench.read(&file),
            told: Some(told),
        }));
    }
}

/// Every carrier of this module.
pub(crate) fn plant(bench: &Bench, planted: &mut Vec<Planted>) {
    let mut exiftool = Exiftool::default();
    let mut number = planted.len()..;
    let mut next = || number.next().unwrap();
    for kind in ["jpg", "png", "tif", "heic"] {
        for (tag, told) in EXIF.into_iter().chain(XMP) {
            exiftool.plant(kind, tag, &[], told, next());
        }
        for (tag, told) in IPTC.into_iter().filter(|_| kind != "heic") {
            // What a PNG holds of these is told as captions.
            exiftool.plant(kind, tag, &[], if kind == "png" { Removed::Caption } else { told }, next());
        }
    }
    exiftool.plant("jpg", "IFD1:ImageDescription", &[], Removed::Thumbnail, next());
    exiftool.plant("jpg", "Photoshop:URL", &[], Removed::ProgramData, next());
    exiftool.plant("jpg", "Ducky:Comment", &[], Removed::ProgramData, next());
    exiftool.plant("jpg", "Comment", &[], Removed::Comment, next());
    for (tag, told) in TEXTS {
        exiftool.plant("png", tag, &[], told, next());
        exiftool.plant("png", tag, &["-z"], told, next());
    }
    exiftool.run(bench, planted);
    copied_by_cwebp(bench, planted);
    others(bench, planted);
}

/// cwebp takes Exif and XMP from the JPEG that it encodes anew.
fn copied_by_cwebp(bench: &Bench, planted: &mut Vec<Planted>) {
    let from = |planted: &Planted| planted.name.starts_with("jpg: ") && !planted.name.contains("IPTC");
    let jpegs: Vec<_> = planted[..EXIF.len() + XMP.len()].iter().filter(|planted| from(planted)).collect();
    let mut copies = Vec::new();
    for (number, jpeg) in jpegs.into_iter().enumerate() {
        bench.run("cwebp", &["-quiet", "-metadata", "all", &format!("e{number}.jpg"), "-o", "copy.webp"]);
        let name = jpeg.name.replace("jpg: ", "webp: ");
        copies.push(Planted { name, word: jpeg.word.clone(), bytes: bench.read("copy.webp"), told: jpeg.told });
    }
    planted.extend(copies);
}

fn others(bench: &Bench, planted: &mut Vec<Planted>) {
    let mut plant = |name: String, told: Removed, make: &dyn Fn(&str) -> Vec<u8>| {
        let word = word(planted.len());
        let bytes = make(&word);
        planted.push(Planted { name, word, bytes, told: Some(told) });
    };
    let made = |program: &str, arguments: &[&str], file: &str| {
        bench.run(program, arguments);
        bench.read(file)
    };
    for (tag, told) in TIFF {
        plant(format!("tif: tag {tag} by tiffset"), told, &|word| {
            bench.write("set.tif", &bench.read("base.tif"));
            made("tiffset", &["-s", tag, word, "set.tif"], "set.tif")
        });
    }
    for (part, told) in WEBP {
        plant(format!("webp: {part} by webpmux"), told, &|word| {
            let says = match part {
                "icc" => profile::named(word),
                _ => word.as_bytes().to_vec(),
            };
            bench.write("part", &says);
            made("webpmux", &["-set", part, "part", "base.webp", "-o", "set.webp"], "set.webp")
        });
    }
    for kind in ["jpg", "png", "tif", "webp"] {
        plant(format!("{kind}: the name of a colour profile, by ImageMagick"), Removed::ColourProfile, &|word| {
            bench.write("canary.icc", &profile::named(word));
            let file = format!("profile.{kind}");
            made("convert", &[&format!("base.{kind}"), "-profile", "canary.icc", &file], &file)
        });
    }
    for kind in ["jpg", "png", "tif"] {
        plant(format!("{kind}: a comment by ImageMagick"), Removed::Comment, &|word| {
            let file = format!("comment.{kind}");
            made("convert", &[&format!("base.{kind}"), "-set", "comment", word, &file], &file)
        });
    }
    plant("jpg: a comment by wrjpgcom".to_owned(), Removed::Comment, &|word| {
        let script = format!("wrjpgcom -comment {word} base.jpg > com.jpg");
        made("sh", &["-c", &script], "com.jpg")
    });
    plant("jpg: Exif and a comment of the small copy within Exif".to_owned(), Removed::Thumbnail, &|word| {
        let small = format!("-IFD0:Artist={word}");
        bench.run("exiftool", &["-q", "-o", "small.jpg", &small, &format!("-Comment={word}"), "base.jpg"]);
        made("exiftool", &["-q", "-o", "with-small.jpg", "-ThumbnailImage<=small.jpg", "base.jpg"], "with-small.jpg")
    });
    plant(
        "jpg: XMP that is so long that it goes on in further segments".to_owned(),
        Removed::EditingHistory,
        &|word| {
            bench.write("long.txt", format!("{}{word}", "so it goes on ".repeat(9_000)).as_bytes());
            made("exiftool", &["-q", "-o", "long.jpg", "-XMP-dc:Source<=long.txt", "base.jpg"], "long.jpg")
        },
    );
    plant("tif: a small copy as a second page, by tiffcp".to_owned(), Removed::FurtherPictures, &|word| {
        bench.write("second.tif", &bench.read("base.tif"));
        bench.run("tiffset", &["-s", "270", word, "second.tif"]);
        bench.run("tiffset", &["-s", "254", "1", "second.tif"]);
        made("tiffcp", &["base.tif", "second.tif", "pages.tif"], "pages.tif")
    });
}
