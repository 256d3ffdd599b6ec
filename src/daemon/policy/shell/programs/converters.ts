import { type Row, writesFile } from "./row.ts";

/** What makes files of other files. */
export const converters: readonly Row[] = [
	{
		names:
			"dot gnuplot graphviz plantuml mmdc pandoc latex pdflatex xelatex lualatex latexmk tectonic typst asciidoctor rst2html groff troff ps2pdf gs convert magick mogrify identify ffmpeg ffprobe sox inkscape rsvg-convert cwebp optipng jpegoptim pngquant svgo exiftool qpdf pdftk pdftotext soffice libreoffice",
		risk: "write",
		reason: "converts files",
		operands: "copied",
		options: { "-o= --output=": writesFile },
		judge: ({ args, name }, judgement) => {
			if (
				/latex|gnuplot|groff|troff|^gs$|pandoc/.test(name) &&
				args.some(({ text }) => /shell-escape|-U$|NOSAFER|--filter|-F|--lua|-e/.test(text))
			)
				judgement.add("dangerous", "may run other programs");
		},
	},
];
